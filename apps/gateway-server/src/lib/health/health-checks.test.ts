import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CheckAnswer, HealthChecks } from './health-checks.ts'

let time: number
let asked: string[]
let told: [string, boolean][]
let changes: [string, boolean][]
let answer: CheckAnswer
let served: number | undefined
let tested: HealthChecks

beforeEach(() => {
  vi.useFakeTimers()
  time = 1_000_000
  asked = []
  told = []
  changes = []
  answer = { status: 200 }
  served = undefined
  tested = new HealthChecks({
    check: async (id) => {
      asked.push(id)
      return answer
    },
    lastSuccessAt: () => served,
    credential: (id, accepted) => told.push([id, accepted]),
    changed: (id, { ok }) => changes.push([id, ok]),
    now: () => time,
    random: () => 0.5,
  })
})

afterEach(() => {
  tested.close()
  vi.useRealTimers()
})

const minute = 60_000
async function pass(ms: number): Promise<void> {
  time += ms
  await vi.advanceTimersByTimeAsync(ms)
}

describe('HealthChecks', () => {
  test('asks at its interval, from within the first one on, and stops when it is told to', async () => {
    tested.configure([{ id: 'a', intervalMs: minute }])
    await pass(minute / 2 - 1)
    expect(asked).toEqual([])
    await pass(1)
    await pass(2 * minute)
    expect(asked).toEqual(['a', 'a', 'a'])
    expect(told).toEqual([
      ['a', true],
      ['a', true],
      ['a', true],
    ])
    tested.configure([])
    await pass(10 * minute)
    expect(asked).toHaveLength(3)
    expect(tested.last('a')).toBeUndefined()
  })

  test('goes on as it was over a reload that changes nothing of it', async () => {
    const accounts = [{ id: 'a', intervalMs: minute }]
    tested.configure(accounts)
    for (let step = 0; step < 4; step++) {
      await pass(minute / 4)
      tested.configure(accounts)
    }
    expect(asked).toEqual(['a'])
  })

  test('never asks an account again before it has answered', async () => {
    let release: (() => void) | undefined
    const slow = new HealthChecks({
      check: async (id) => {
        asked.push(id)
        await new Promise<void>((resolve) => {
          release = resolve
        })
        return answer
      },
      lastSuccessAt: () => undefined,
      credential: () => {},
      changed: () => {},
      now: () => time,
      random: () => 0.5,
    })
    slow.configure([{ id: 'a', intervalMs: minute }])
    await pass(10 * minute)
    expect(asked).toEqual(['a'])
    release?.()
    await pass(minute)
    expect(asked).toEqual(['a', 'a'])
    slow.close()
  })

  test.each([401, 403])(
    'marks a credential refused with %d, and says so once, and when it is well again',
    async (status) => {
      tested.configure([{ id: 'a', intervalMs: minute }])
      answer = { status, problem: 'no' }
      await pass(3 * minute)
      expect(told).toEqual([
        ['a', false],
        ['a', false],
        ['a', false],
      ])
      answer = { status: 200 }
      await pass(minute)
      expect(told.at(-1)).toEqual(['a', true])
      expect(changes).toEqual([
        ['a', false],
        ['a', true],
      ])
    },
  )

  test('holds a refusal against no account that serves without being allowed to list', async () => {
    tested.configure([{ id: 'a', intervalMs: minute }])
    answer = { status: 403 }
    served = time - 10 * minute
    await pass(3 * minute)
    expect(asked.length).toBe(3)
    expect(told).toEqual([])
  })

  test('takes a refusal of what once listed as news, unless requests succeed', async () => {
    tested.configure([{ id: 'a', intervalMs: minute }])
    served = time
    await pass(minute)
    answer = { status: 401 }
    served = time
    await pass(minute)
    expect(told).toEqual([['a', true]])
    await pass(2 * minute)
    expect(told.at(-1)).toEqual(['a', false])
  })

  test.each([{ status: 404 }, { status: 500 }, { status: 429 }, { problem: 'no answer' }])(
    'holds nothing else against the account: %j',
    async (other) => {
      tested.configure([{ id: 'a', intervalMs: minute }])
      answer = other
      await pass(2 * minute)
      expect(told).toEqual([])
      expect(tested.last('a')).toMatchObject({ ok: false, ...other })
    },
  )
})
