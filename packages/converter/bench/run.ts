import { ByteTap } from '../src/lib/byte-tap.ts'
import type { Dialect } from '../src/lib/chat/dialect.ts'
import { convertRequest } from '../src/lib/convert.ts'
import { scanObject } from '../src/lib/json-scan.ts'
import { openStream } from '../src/lib/stream-converter.ts'
import { agentRequest, chatStream, inReads, messagesStream } from './workloads.ts'

/** How long each row is measured, after a warm-up. Milliseconds. */
const measureMs = 1000
const warmUpMs = 400

/** The median of how long a run takes. Seconds. */
function secondsOf(run: () => void): number {
  const warm = performance.now() + warmUpMs
  while (performance.now() < warm) run()
  const times: number[] = []
  const until = performance.now() + measureMs
  while (performance.now() < until) {
    const start = performance.now()
    run()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return (times[Math.floor(times.length / 2)] ?? 0) / 1000
}

function row(name: string, figure: string): void {
  console.log(`${name.padEnd(52)} ${figure.padStart(22)}`)
}

function millions(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(2)} M/s`
}

const deltas = 2000
const streams = [
  ['anthropic', messagesStream(deltas)],
  ['openai-chat', chatStream(deltas)],
] as const

function benchConversion(from: Dialect, to: Dialect, pieces: readonly Uint8Array[]): void {
  const seconds = secondsOf(() => {
    const stream = openStream({ from, to })
    for (const piece of pieces) stream.push(piece)
    stream.end()
  })
  row(`${from} -> ${to}, text deltas`, millions(deltas / seconds))
}

function benchTap(dialect: Dialect, pieces: readonly Uint8Array[]): void {
  const seconds = secondsOf(() => {
    const tap = new ByteTap(dialect)
    for (const piece of pieces) tap.push(piece)
    tap.end()
  })
  row(`${dialect} tapped, events`, millions(deltas / seconds))
}

function benchRequest(): void {
  const messages = JSON.stringify(agentRequest(200_000))
  const chat = JSON.stringify(convertRequest(messages, { from: 'anthropic', to: 'openai-chat' }).body)
  for (const [from, to, text] of [
    ['anthropic', 'openai-chat', messages],
    ['openai-chat', 'anthropic', chat],
  ] as const) {
    const floor = secondsOf(() => JSON.stringify(JSON.parse(text)))
    const seconds = secondsOf(() => JSON.stringify(convertRequest(text, { from, to }).body))
    row(
      `request of ${Math.round(text.length / 1000)} kB, ${from} -> ${to}`,
      `${(seconds * 1e3).toFixed(2)} ms, ${(seconds / floor).toFixed(2)} x parse`,
    )
  }
}

function benchScan(): void {
  const bytes = new TextEncoder().encode(JSON.stringify(agentRequest(200_000)))
  const seconds = secondsOf(() => scanObject(bytes))
  row('scanObject', `${Math.round(bytes.length / seconds / 1e6)} MB/s`)
}

for (const [from, text] of streams) {
  const pieces = inReads(text)
  for (const [to] of streams) if (to !== from) benchConversion(from, to, pieces)
}
for (const [dialect, text] of streams) benchTap(dialect, inReads(text))
benchRequest()
benchScan()
