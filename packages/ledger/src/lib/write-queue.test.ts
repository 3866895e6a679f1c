import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PackedBatch } from './packed/batch.ts'
import { attemptColumns, requestColumns } from './packed/columns.ts'
import { TableReader } from './packed/table.ts'
import { dispatchRow, requestRow } from './sample-rows.ts'
import { WriteQueue, type WriteQueueOptions } from './write-queue.ts'

let time: number
let batches: PackedBatch[]
let failing: boolean
let warnings: string[]

beforeEach(() => {
  vi.useFakeTimers()
  time = 1_000_000
  batches = []
  failing = false
  warnings = []
})

afterEach(() => {
  vi.useRealTimers()
})

function queue(options: Partial<WriteQueueOptions> = {}): WriteQueue {
  return new WriteQueue({
    write: async (batch) => {
      if (failing) throw new Error('the disk is full')
      batches.push(batch)
      return { requests: batch.attemptCounts.length }
    },
    warn: (message) => warnings.push(message),
    now: () => time,
    ...options,
  })
}

function firstCells(reader: TableReader): string[] {
  return Array.from({ length: reader.rows }, (_, row) => reader.text(row, 0))
}

const intents = (): string[] => batches.flatMap((batch) => firstCells(new TableReader(attemptColumns, batch.intents)))
const requests = (): string[] => batches.flatMap((batch) => firstCells(new TableReader(requestColumns, batch.requests)))
const sizes = (): number[] => batches.map(({ attemptCounts }) => attemptCounts.length)

describe('WriteQueue', () => {
  it('writes what waited half a second', async () => {
    const tested = queue()
    tested.finished(requestRow('a'))
    await vi.advanceTimersByTimeAsync(499)
    expect(batches).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(sizes()).toEqual([1])
    expect(tested.status()).toEqual({ state: 'ok', waiting: 0, written: 1, dropped: 0, failures: 0 })
  })

  it('writes a thousand at once', async () => {
    const tested = queue()
    for (let index = 0; index < 1_000; index++) tested.finished(requestRow(`r${index}`))
    await vi.advanceTimersByTimeAsync(0)
    expect(sizes()).toEqual([1_000])
  })

  it.each([0, 100, 499])(
    'has written the intent of what runs a second after it was sent, begun %d ms after a tick',
    async (late) => {
      const tested = queue()
      tested.finished(requestRow('earlier'))
      await vi.advanceTimersByTimeAsync(late)
      tested.dispatched(dispatchRow('long'))
      await vi.advanceTimersByTimeAsync(1_000)
      expect(intents()).toEqual(['long'])
      tested.finished(requestRow('long'))
      await vi.advanceTimersByTimeAsync(1_000)
      expect(intents()).toEqual(['long'])
      expect(requests()).toEqual(['earlier', 'long'])
    },
  )

  it('never writes the intent of a request that ends within half a second, however much is written meanwhile', async () => {
    const tested = queue({ batchRows: 10 })
    for (let step = 0; step < 20; step++) {
      tested.dispatched(dispatchRow(`short${step}`))
      for (let index = 0; index < 10; index++) tested.finished(requestRow(`r${step}-${index}`))
      await vi.advanceTimersByTimeAsync(100)
      if (step >= 4) tested.finished(requestRow(`short${step - 4}`))
    }
    expect(batches.length).toBeGreaterThan(20)
    expect(intents()).toEqual([])
  })

  it('writes every intent when it is asked to write', async () => {
    const tested = queue()
    tested.dispatched(dispatchRow('a'))
    tested.dispatched(dispatchRow('a', { number: 2 }))
    await tested.flush()
    expect(intents()).toEqual(['a', 'a'])
    expect(tested.status().waiting).toBe(0)
  })

  it('keeps rows while the store fails, says so once a minute, and writes them when it works', async () => {
    const tested = queue()
    failing = true
    tested.finished(requestRow('a'))
    tested.dispatched(dispatchRow('b'))
    for (let second = 0; second < 90; second++) {
      await vi.advanceTimersByTimeAsync(1_000)
      time += 1_000
    }
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toBe('the disk is full. Requests are served; 1 wait to be counted')
    expect(tested.status()).toMatchObject({ state: 'failing', waiting: 2, problem: 'the disk is full' })
    failing = false
    await vi.advanceTimersByTimeAsync(1_000)
    expect(sizes()).toEqual([1])
    expect(tested.status()).toMatchObject({ state: 'ok', waiting: 0, written: 1 })
    expect(warnings[2]).toContain('can be written again')
  })

  it('holds no more than it may, and counts what it loses', async () => {
    const tested = queue({ capacity: 10 })
    failing = true
    for (let index = 0; index < 25; index++) {
      tested.dispatched(dispatchRow(`r${index}`))
      tested.finished(requestRow(`r${index}`))
    }
    for (let index = 0; index < 25; index++) tested.dispatched(dispatchRow(`open${index}`))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(tested.status()).toMatchObject({ waiting: 20, dropped: 15 })
    failing = false
    await tested.flush()
    expect(tested.status()).toMatchObject({ waiting: 0, written: 10, dropped: 15 })
  })

  it('writes nothing more once it is stopped, also when a tick came while it wrote', async () => {
    let done: (() => void) | undefined
    const tested = queue({
      write: async (batch) => {
        batches.push(batch)
        await new Promise<void>((resolve) => {
          done = resolve
        })
        throw new Error('the disk is full')
      },
    })
    tested.finished(requestRow('a'))
    const flushed = tested.flush()
    await vi.advanceTimersByTimeAsync(600)
    tested.stop()
    done?.()
    await flushed
    await vi.advanceTimersByTimeAsync(5_000)
    expect(batches).toHaveLength(1)
  })

  it('writes what came while it wrote, each request once and in order, also after a failure', async () => {
    const tested = queue({ batchRows: 3 })
    const ids = Array.from({ length: 40 }, (_, index) => `r${index}`)
    for (const [index, id] of ids.entries()) {
      failing = index > 10 && index < 25
      tested.finished(requestRow(id))
      await vi.advanceTimersByTimeAsync(index % 3 === 0 ? 300 : 0)
    }
    await tested.flush()
    expect(requests()).toEqual(ids)
    expect(tested.status()).toMatchObject({ state: 'ok', waiting: 0, written: 40, dropped: 0 })
  })

  it('writes one batch at a time and none too large', async () => {
    let running = 0
    let most = 0
    const tested = queue({
      write: async (batch) => {
        most = Math.max(most, ++running)
        await Promise.resolve()
        running--
        batches.push(batch)
        return { requests: batch.attemptCounts.length }
      },
    })
    for (let index = 0; index < 2_250; index++) tested.finished(requestRow(`r${index}`))
    await tested.flush()
    expect(most).toBe(1)
    expect(Math.max(...sizes())).toBeLessThanOrEqual(1_000)
    expect(tested.status().written).toBe(2_250)
  })
})
