import { type Dialect, readBody, spliceMember } from '@llm-gateway/converter'
import type { Call } from '../call.ts'

type Piece = Uint8Array | string

/** Where a whole reply, and an event of a stream, name the model. */
const places: Readonly<Record<Dialect, { readonly whole: readonly string[]; readonly event: readonly string[] }>> = {
  'openai-chat': { whole: ['model'], event: ['model'] },
  'openai-completions': { whole: ['model'], event: ['model'] },
  'openai-responses': { whole: ['model'], event: ['response', 'model'] },
  anthropic: { whole: ['model'], event: ['message', 'model'] },
  gemini: { whole: ['modelVersion'], event: ['modelVersion'] },
}

const decoder = new TextDecoder()
const [newline, carriageReturn, space, quote] = [10, 13, 32, 34]

/** The name the client must find in the answer: its own, where a route sent the request under another. */
export function modelForClient(call: Call): string | undefined {
  return call.plan === undefined || call.plan.model === call.model ? undefined : call.model
}

/** A whole reply under the client's name for the model, every other byte as it was. */
export function renameReply(bytes: Uint8Array, dialect: Dialect, model: string): Uint8Array {
  return renamed(bytes, places[dialect].whole, model) ?? bytes
}

/** Whole events of a stream under the client's name for the model, every other byte as it was. */
export function renameEvents(piece: Piece, dialect: Dialect, model: string): Piece {
  const bytes =
    typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.length)
  if (!bytes.includes('"model')) return piece
  const out: Uint8Array[] = []
  for (let start = 0; start < bytes.length; ) {
    const at = bytes.indexOf(newline, start)
    const end = at < 0 ? bytes.length : at + 1
    out.push(renamedLine(bytes.subarray(start, end), places[dialect].event, model))
    start = end
  }
  return Buffer.concat(out)
}

function renamedLine(line: Buffer, path: readonly string[], model: string): Uint8Array {
  if (line.toString('latin1', 0, 5) !== 'data:') return line
  let [start, end] = [5, line.length]
  while (line[start] === space) start += 1
  while (line[end - 1] === newline || line[end - 1] === carriageReturn) end -= 1
  const json = renamed(line.subarray(start, end), path, model)
  return json === undefined ? line : Buffer.concat([line.subarray(0, start), json, line.subarray(end)])
}

/** The object with the text at a path replaced; undefined where there is no text there. */
function renamed(json: Uint8Array, path: readonly string[], model: string): Uint8Array | undefined {
  const [key, ...rest] = path
  const read = readBody(json)
  const member = read.ok && key !== undefined ? read.facts.scan.members.get(key) : undefined
  if (member === undefined) return undefined
  if (rest.length === 0) {
    return json[member.start] === quote ? spliceMember(json, member, JSON.stringify(model)) : undefined
  }
  const inner = renamed(json.subarray(member.start, member.end), rest, model)
  return inner && spliceMember(json, member, decoder.decode(inner))
}
