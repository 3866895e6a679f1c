import { ByteTap } from '../src/lib/byte-tap.ts'
import type { Dialect } from '../src/lib/chat/dialect.ts'
import { convertRequest } from '../src/lib/convert.ts'
import { scanObject } from '../src/lib/json-scan.ts'
import { openStream } from '../src/lib/stream-converter.ts'
import { agentRequest, chatStream, inReads, messagesStream } from './workloads.ts'

/** How long each row is measured, after a warm-up. Milliseconds. */
const measureMs = 1500
const warmUpMs = 400

/**
 * How long a run of each takes, measured by turns so that whatever else the machine does falls on all alike: the lower quartile,
 * which other programs disturb least. Seconds.
 */
function secondsOf(...runs: readonly (() => void)[]): number[] {
  const warm = performance.now() + warmUpMs
  while (performance.now() < warm) for (const run of runs) run()
  const times = runs.map((): number[] => [])
  const until = performance.now() + measureMs
  while (performance.now() < until) {
    for (const [i, run] of runs.entries()) {
      const start = performance.now()
      run()
      times[i]?.push(performance.now() - start)
    }
  }
  return times.map((list) => (list.sort((a, b) => a - b)[Math.floor(list.length / 4)] ?? 0) / 1000)
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
  const [seconds = 0] = secondsOf(() => {
    const stream = openStream({ from, to })
    for (const piece of pieces) stream.push(piece)
    stream.end()
  })
  row(`${from} -> ${to}, text deltas`, millions(deltas / seconds))
}

function benchTap(dialect: Dialect, pieces: readonly Uint8Array[]): void {
  const [seconds = 0] = secondsOf(() => {
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
    const [seconds = 0, floor = 0] = secondsOf(
      () => JSON.stringify(convertRequest(text, { from, to }).body),
      () => JSON.stringify(JSON.parse(text)),
    )
    row(
      `request of ${Math.round(text.length / 1000)} kB, ${from} -> ${to}`,
      `${(seconds * 1e3).toFixed(2)} ms, ${(seconds / floor).toFixed(2)} x parse`,
    )
  }
}

function benchScan(): void {
  const bytes = new TextEncoder().encode(JSON.stringify(agentRequest(200_000)))
  const [seconds = 0] = secondsOf(() => scanObject(bytes))
  row('scanObject', `${Math.round(bytes.length / seconds / 1e6)} MB/s`)
}

for (const [from, text] of streams) {
  const pieces = inReads(text)
  for (const [to] of streams) if (to !== from) benchConversion(from, to, pieces)
}
for (const [dialect, text] of streams) benchTap(dialect, inReads(text))
benchRequest()
benchScan()
