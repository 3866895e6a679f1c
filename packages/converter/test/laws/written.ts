/** A JSON text as a value to compare, in which numbers are as they are written. */
export function written(text: string): unknown {
  const reviver = (_: string, value: unknown, { source }: { source?: string } = {}): unknown =>
    typeof value === 'number' ? { number: source } : value
  return JSON.parse(text, reviver)
}
