/** Where an upstream's dialect keeps what it sealed itself; a chat upstream seals nothing. */
const members: Readonly<Record<string, readonly string[]>> = {
  'openai-chat': [],
  'openai-responses': ['encrypted_content'],
  anthropic: ['signature', 'data'],
  gemini: ['thoughtSignature', 'thought_signature'],
}

/** What Google documents to be put where another model's history has no seal: no seal. */
const placeholder = 'skip_thought_signature_validator'

/** Whether an upstream of this dialect seals its reasoning. */
export function seals(dialect: string): boolean {
  return (members[dialect] ?? []).length > 0
}

/** The seals in a request body as the upstream got it. That they are its own, unharmed, is the simulator's to check: it refuses others. */
export function sealsIn(body: unknown, dialect: string): readonly string[] {
  if (Array.isArray(body)) return body.flatMap((each) => sealsIn(each, dialect))
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, value]) => {
    if (typeof value !== 'string') return sealsIn(value, dialect)
    return (members[dialect] ?? []).includes(name) && value !== '' && value !== placeholder ? [value] : []
  })
}
