import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cases, wholeCases } from '../../../test/responses-kit.ts'
import { openStream, type StreamConverter } from '../../index.ts'

const fixed = { newId: (): string => 'fresh', now: (): number => 1_700_000_000 }
const open = (to: 'anthropic' | 'openai-chat' | 'openai-responses'): StreamConverter =>
  openStream({ from: 'openai-responses', to, ...fixed })

function bytesOf(name: string): Uint8Array {
  return readFileSync(new URL(`../../../../../fixtures/openai-responses/${name}/stream.sse`, import.meta.url))
}

/** What a client gets for a stream in pieces of the given size, the first one shorter. */
function inPieces(bytes: Uint8Array, size: number, first: number): string {
  const stream = open('anthropic')
  let text = stream.push(bytes.subarray(0, first))
  for (let at = first; at < bytes.length; at += size) text += stream.push(bytes.subarray(at, at + size))
  return text + stream.end()
}

describe('a stream is read the same however it is cut', () => {
  it.each(cases)('%s: byte by byte, and in pieces of every phase', (name) => {
    const bytes = bytesOf(name)
    const whole = inPieces(bytes, bytes.length, 0)
    expect(inPieces(bytes, 1, 0)).toBe(whole)
    for (let first = 1; first <= 61; first += 3) expect(inPieces(bytes, 61, first)).toBe(whole)
  })
})

describe('hazard 108: a stream that breaks off is never told as finished', () => {
  it.each(wholeCases)('%s: wherever it breaks off', (name) => {
    const bytes = bytesOf(name)
    // The terminal event is complete with its data; what is missing after it is blank.
    const complete = new TextDecoder().decode(bytes).trimEnd()
    const length = new TextEncoder().encode(complete).length
    for (let at = 0; at < length; at += 7) {
      for (const to of ['openai-chat', 'openai-responses'] as const) {
        const stream = open(to)
        stream.push(bytes.subarray(0, at))
        stream.end()
        expect(`${at} ${stream.phase}`).toBe(`${at} failed`)
      }
    }
    const stream = open('openai-chat')
    stream.push(bytes.subarray(0, length))
    stream.end()
    expect(stream.phase).toBe('finished')
  })
})
