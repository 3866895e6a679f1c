/** Bytes turned into text at a time: an argument list may not grow without bound. */
const piece = 8_192

/** Numbers as OpenAI's `encoding_format: base64`: 32-bit floats, little-endian. */
export function encodeFloats(values: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  for (const [i, value] of values.entries()) view.setFloat32(i * 4, value, true)
  const bytes = new Uint8Array(view.buffer)
  let binary = ''
  for (let at = 0; at < bytes.length; at += piece) binary += String.fromCharCode(...bytes.subarray(at, at + piece))
  return btoa(binary)
}

/** The numbers of such a text; undefined when it is none. */
export function decodeFloats(base64: string): number[] | undefined {
  let binary: string
  try {
    binary = atob(base64)
  } catch {
    return undefined
  }
  if (binary.length % 4 !== 0) return undefined
  const view = new DataView(new ArrayBuffer(binary.length))
  for (let i = 0; i < binary.length; i++) view.setUint8(i, binary.charCodeAt(i))
  return Array.from({ length: binary.length / 4 }, (_, i) => view.getFloat32(i * 4, true))
}
