/**
 * Names and ids under a dialect's limits. An alias is a pure function of the name, so a restart, another process or a later
 * turn gives the same one and prompt caches stay warm.
 */

const hashLength = 10

/**
 * The name itself when it is legal (`[a-zA-Z0-9_-]`, at most `limit` characters), else a legal alias with a hash of the name.
 *
 * @param letterFirst no digit or hyphen may stand first. Default false.
 */
export function aliasOf(name: string, limit: number, letterFirst = false): string {
  const misbegun = letterFirst && isDigitOrHyphen(name.charCodeAt(0))
  if (!misbegun && isLegal(name, limit)) return name
  let legal = misbegun ? '_' : ''
  const kept = name.slice(0, limit - hashLength - 1 - legal.length)
  for (const character of kept)
    legal += isLegalCharacter(character.charCodeAt(0)) && character.length === 1 ? character : '_'
  return `${legal}_${hash(name)}`
}

function isDigitOrHyphen(c: number): boolean {
  return (c >= 48 && c <= 57) || c === 45
}

function isLegal(name: string, limit: number): boolean {
  if (name.length === 0 || name.length > limit) return false
  for (let i = 0; i < name.length; i++) if (!isLegalCharacter(name.charCodeAt(i))) return false
  return true
}

function isLegalCharacter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 95 || c === 45
}

/** 52 bits in base 36, padded to {@link hashLength}: two FNV-1a runs over the UTF-16 units with different offsets. */
function hash(text: string): string {
  let a = 0x811c9dc5
  let b = 0x9dc5811c
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ (unit + i), 0x85ebca6b)
  }
  const bits = (a >>> 0) * 0x100000 + ((b ^ (b >>> 13)) >>> 12)
  return bits.toString(36).padStart(hashLength, '0').slice(-hashLength)
}
