import type { AccessRecord } from '@llm-gateway/gateway'
import { describe, expect, it } from 'vitest'
import { EndedRequests } from './ended-requests.ts'

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

/** Ended requests whose turn ends when `turn` is called. */
function ended(tell?: (record: AccessRecord) => void): {
  readonly requests: EndedRequests
  readonly told: string[]
  readonly failed: string[]
  readonly turn: () => void
} {
  const [told, failed, due]: [string[], string[], (() => void)[]] = [[], [], []]
  const requests = new EndedRequests({
    tell: (each) => {
      tell?.(each)
      told.push(each.requestId)
    },
    failed: (cause, each) => failed.push(`${each.requestId}: ${String(cause)}`),
    soon: (run) => due.push(run),
  })
  const turn = (): void => {
    for (const run of due.splice(0)) run()
  }
  return { requests, told, failed, turn }
}

describe('EndedRequests', () => {
  it('tells of all that ended in a turn when it is over, in their order', () => {
    const { requests, told, turn } = ended()
    for (const id of ['a', 'b', 'c']) requests.add(record(id))
    expect(told).toEqual([])
    turn()
    expect(told).toEqual(['a', 'b', 'c'])
    requests.add(record('d'))
    turn()
    expect(told).toEqual(['a', 'b', 'c', 'd'])
  })

  it('tells of each once, and at once when asked', () => {
    const { requests, told, turn } = ended()
    requests.add(record('a'))
    requests.tellAll()
    expect(told).toEqual(['a'])
    requests.add(record('b'))
    turn()
    turn()
    expect(told).toEqual(['a', 'b'])
  })

  it('tells of the others when one fails', () => {
    const { requests, told, failed, turn } = ended(({ requestId }) => {
      if (requestId === 'b') throw new Error('no room')
    })
    for (const id of ['a', 'b', 'c']) requests.add(record(id))
    turn()
    expect(told).toEqual(['a', 'c'])
    expect(failed).toEqual(['b: Error: no room'])
  })

  it('tells of one that ends while others are told of', () => {
    const { requests, told, turn } = ended(({ requestId }) => {
      if (requestId === 'a') requests.add(record('b'))
    })
    requests.add(record('a'))
    turn()
    turn()
    expect(told).toEqual(['a', 'b'])
  })

  it('needs nobody to end the turn', async () => {
    const told: string[] = []
    const requests = new EndedRequests({ tell: (each) => told.push(each.requestId), failed: () => {} })
    requests.add(record('a'))
    expect(told).toEqual([])
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual(['a'])
  })
})
