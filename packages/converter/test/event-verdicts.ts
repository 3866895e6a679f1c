import { expect } from 'vitest'
import type { Dialect, JsonObject } from '../src/index.ts'
import { converted, optionsOf } from './streams.ts'

/** What an event put into a stream does to what a client gets. */
export type Verdict = 'matters' | 'fails' | { readonly silent: string }

export interface Probe {
  readonly event: JsonObject
  /** What it is held against; default nothing in its place. */
  readonly instead?: JsonObject
  readonly verdict: Verdict
}

/** Says nothing to the client, and why it need not. */
export const silent = (reason: string): Verdict => ({ silent: reason })

function sse(events: readonly JsonObject[]): Uint8Array {
  const text = events.map((event) => {
    const name = typeof event.type === 'string' ? `event: ${event.type}\n` : ''
    return `${name}data: ${JSON.stringify(event)}\n\n`
  })
  return new TextEncoder().encode(text.join(''))
}

/** A stream that is complete without the event that is put between its parts. */
export interface Base {
  readonly from: Dialect
  readonly to: Dialect
  readonly before: readonly JsonObject[]
  readonly after: readonly JsonObject[]
}

function outcome({ from, to, before, after }: Base, events: readonly JsonObject[]): { phase: string; told: string } {
  const { text, stream } = converted([sse([...before, ...events, ...after])], optionsOf(from, to))
  return { phase: stream.phase, told: text + JSON.stringify(stream.losses) }
}

/** Holds an event put into a stream to its verdict. */
export function expectVerdict(base: Base, { event, instead, verdict }: Probe): void {
  const without = outcome(base, instead === undefined ? [] : [instead])
  const withIt = outcome(base, [event])
  expect(without.phase).toBe('finished')
  expect(withIt.phase).toBe(verdict === 'fails' ? 'failed' : 'finished')
  expect(withIt.told !== without.told).toBe(verdict === 'matters' || verdict === 'fails')
}
