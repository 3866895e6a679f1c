import { describe, expect, it } from 'vitest'
import type { Call } from '../call.ts'
import type { Sink } from '../port.ts'
import { Answer } from './answer.ts'
import { Pulse } from './pulse.ts'

/** A sink that remembers what it was told. */
class TestSink implements Sink {
  readonly told: string[] = []
  full = false
  head(status: number): void {
    this.told.push(`head ${status}`)
  }
  write(chunk: Uint8Array | string): boolean {
    this.told.push(String(chunk).trim())
    return !this.full
  }
  end(): void {
    this.told.push('end')
  }
  destroy(): void {
    this.told.push('destroy')
  }
  onDrain(): void {}
  onClose(): void {}
}

function streaming(now: () => number): { call: Call; sink: TestSink } {
  const sink = new TestSink()
  const call = {
    answer: new Answer(sink, 'req_1', now),
    stream: true,
    plan: {},
    dialect: 'openai-chat',
    clientLeft: false,
  }
  return { call: call as unknown as Call, sink }
}

describe('Pulse', () => {
  it('sends a sign of life after silence, the status line first', () => {
    let now = 0
    const { call, sink } = streaming(() => now)
    const pulse = new Pulse(new Set([call]), { keepAliveMs: 15_000, writeStallMs: 60_000, now: () => now })
    pulse.beat()
    now = 15_000
    pulse.beat()
    now = 16_000
    pulse.beat()
    pulse.stop()
    expect(sink.told).toEqual(['head 200', ': keep-alive'])
  })

  it('leaves answers alone that are no streams or are over', () => {
    const { call, sink } = streaming(() => 0)
    const over = streaming(() => 0)
    over.call.answer.end()
    const pulse = new Pulse(new Set([{ ...call, stream: false } as Call, over.call]), {
      keepAliveMs: 1,
      writeStallMs: 1,
      now: () => 1_000,
    })
    pulse.beat()
    pulse.stop()
    expect(sink.told).toEqual([])
    expect(over.sink.told).toEqual(['end'])
  })

  it('gives up a client that reads nothing', () => {
    let now = 0
    let cancelled = ''
    const { call, sink } = streaming(() => now)
    call.running = {
      cancel: (reason) => {
        cancelled = reason
      },
    }
    sink.full = true
    call.answer.head(200, {})
    call.answer.write('x')
    const pulse = new Pulse(new Set([call]), { keepAliveMs: 15_000, writeStallMs: 60_000, now: () => now })
    now = 60_000
    pulse.beat()
    expect(sink.told.at(-1)).toBe('x')
    now = 60_001
    pulse.beat()
    pulse.stop()
    expect(sink.told.at(-1)).toBe('destroy')
    expect(cancelled).toBe('the client reads nothing')
    expect(call.clientLeft).toBe(true)
  })
})
