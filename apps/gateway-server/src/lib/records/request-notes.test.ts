import type { AccessRecord, DispatchedCall, Sent } from '@llm-gateway/gateway'
import { describe, expect, it, vi } from 'vitest'
import { RequestNotes, type RequestNotesOptions } from './request-notes.ts'

const record = (requestId: string): AccessRecord => ({
  requestId,
  startedAt: 0,
  method: 'POST',
  path: '/v1/messages',
  operation: 'generate',
  dialect: 'anthropic',
  stream: false,
  status: 200,
  durationMs: 1,
  bytesIn: 1,
  bytesOut: 1,
  attempts: [],
})

const call = (id: string): DispatchedCall => ({ id, client: undefined, model: 'gpt-4o' })
const attempt: Sent = {
  startedTick: 0,
  account: 'acc',
  provider: 'openai',
  number: 1,
  startedAt: 0,
  dialect: 'openai-chat',
  model: 'gpt-4o',
}

/** Notes whose wait is over when `wait` is called. */
function noted(options: Partial<RequestNotesOptions> = {}): {
  readonly notes: RequestNotes
  readonly written: string[]
  readonly wait: () => void
} {
  const [written, due]: [string[], (() => void)[]] = [[], []]
  const notes = new RequestNotes({
    dispatched: ({ id }) => written.push(`sent ${id}`),
    ended: ({ requestId }) => written.push(`ended ${requestId}`),
    failed: (cause, id) => written.push(`failed ${id}: ${String(cause)}`),
    after: (_, run) => due.push(run),
    ...options,
  })
  const wait = (): void => {
    for (const run of due.splice(0)) run()
  }
  return { notes, written, wait }
}

describe('RequestNotes', () => {
  it('writes what was noted when the wait is over, in its order', () => {
    const { notes, written, wait } = noted()
    for (const id of ['a', 'b']) notes.dispatched(call(id), attempt)
    for (const id of ['x', 'y']) notes.ended(record(id))
    expect(written).toEqual([])
    wait()
    expect(written).toEqual(['sent a', 'sent b', 'ended x', 'ended y'])
    notes.ended(record('a'))
    wait()
    expect(written.at(-1)).toBe('ended a')
  })

  it('never writes that one was sent after it has ended', () => {
    const { notes, written, wait } = noted()
    notes.ended(record('x'))
    notes.dispatched(call('a'), attempt)
    notes.ended(record('a'))
    wait()
    expect(written).toEqual(['sent a', 'ended x', 'ended a'])
  })

  it('writes each once, and at once when asked', () => {
    const { notes, written, wait } = noted()
    notes.ended(record('a'))
    notes.writeAll()
    expect(written).toEqual(['ended a'])
    notes.ended(record('b'))
    wait()
    wait()
    expect(written).toEqual(['ended a', 'ended b'])
  })

  it('writes the others when one fails', () => {
    const { notes, written, wait } = noted({
      dispatched: () => {
        throw new Error('no table')
      },
      ended: ({ requestId }) => {
        if (requestId === 'b') throw new Error('no room')
        written.push(requestId)
      },
    })
    notes.dispatched(call('s'), attempt)
    for (const id of ['a', 'b', 'c']) notes.ended(record(id))
    wait()
    expect(written).toEqual(['failed s: Error: no table', 'a', 'failed b: Error: no room', 'c'])
  })

  it('writes what is noted while others are written', () => {
    const more = noted({
      ended: ({ requestId }) => {
        more.written.push(requestId)
        if (requestId === 'a') more.notes.ended(record('b'))
      },
    })
    more.notes.ended(record('a'))
    more.wait()
    more.wait()
    expect(more.written).toEqual(['a', 'b'])
  })

  it('lets no more wait than it may', () => {
    const { notes, written, wait } = noted({ most: 2 })
    notes.dispatched(call('a'), attempt)
    notes.ended(record('a'))
    expect(written).toEqual([])
    notes.ended(record('b'))
    expect(written).toEqual(['sent a', 'ended a', 'ended b'])
    notes.ended(record('c'))
    wait()
    expect(written.at(-1)).toBe('ended c')
  })

  it('needs nobody to end the wait', async () => {
    const written: string[] = []
    const notes = new RequestNotes({
      dispatched: () => {},
      ended: ({ requestId }) => written.push(requestId),
      failed: () => {},
      waitMs: 1,
    })
    notes.ended(record('a'))
    expect(written).toEqual([])
    await vi.waitUntil(() => written.length > 0)
    expect(written).toEqual(['a'])
  })
})
