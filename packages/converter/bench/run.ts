import { ByteTap } from '../src/lib/byte-tap.ts'
import { type Dialect, dialects } from '../src/lib/chat/dialect.ts'
import { ConversionError } from '../src/lib/chat/error.ts'
import { convertRequest } from '../src/lib/convert.ts'
import { scanObject } from '../src/lib/json-scan.ts'
import { openStream } from '../src/lib/stream-converter.ts'
import { printTable, secondsOf } from './measure.ts'
import { agentRequest, inReads, streamOf } from './workloads.ts'

/** Text deltas in each stream. */
const deltas = 2000

function millions(count: number, seconds: number): string {
  return (count / seconds / 1e6).toFixed(2)
}

function benchStreams(): void {
  const rows = dialects.map((from) => {
    const pieces = inReads(streamOf(from, deltas))
    const tap = (): void => tapped(from, pieces)
    const runs = dialects.map((to) => (to === from ? tap : () => converted(from, to, pieces)))
    return [from, ...secondsOf(...runs).map((seconds) => millions(deltas, seconds))]
  })
  const title =
    'Streams: million text deltas a second, from (row) to (column); from a dialect to itself: passed with a tap'
  printTable(title, [['', ...dialects], ...rows])
  const [seconds = 0] = secondsOf(parsedOneByOne)
  printTable('To compare with: JSON.parse of each delta and JSON.stringify of another', [[millions(deltas, seconds)]])
}

/** The least a converter does that reads each event and writes another. */
function parsedOneByOne(): void {
  const event = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"gateway "}}'
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_763_900_000, model: 'claude-sonnet-5' }
  for (let i = 0; i < deltas; i++) {
    const { delta } = JSON.parse(event) as { delta: { text: string } }
    JSON.stringify({ ...head, choices: [{ index: 0, delta: { content: delta.text }, finish_reason: null }] })
  }
}

function converted(from: Dialect, to: Dialect, pieces: readonly Uint8Array[]): void {
  const stream = openStream({ from, to })
  for (const piece of pieces) stream.push(piece)
  stream.end()
  if (stream.phase !== 'finished') throw new Error(`${from} to ${to}: ${stream.error?.message ?? stream.phase}`)
}

function tapped(dialect: Dialect, pieces: readonly Uint8Array[]): void {
  const tap = new ByteTap(dialect)
  for (const piece of pieces) tap.push(piece)
  tap.end()
  if (tap.phase !== 'finished') throw new Error(`${dialect}: ${tap.error?.message ?? tap.phase}`)
}

function benchRequests(): void {
  const messages = JSON.stringify(agentRequest(200_000))
  const rows = dialects.flatMap((from) => {
    const text = requestIn(from, messages)
    if (text === undefined) return []
    const targets = dialects.filter((to) => to !== from && to !== 'openai-completions')
    const floor = (): void => void JSON.stringify(JSON.parse(text))
    const runs = targets.map((to) => (): void => void JSON.stringify(convertRequest(text, { from, to }).body))
    const [least = 0, ...seconds] = secondsOf(floor, ...runs)
    const ratios = new Map(targets.map((to, i) => [to, ((seconds[i] ?? 0) / least).toFixed(2)]))
    return [[from, `${(least * 1e3).toFixed(2)} ms`, ...dialects.map((to) => ratios.get(to) ?? '-')]]
  })
  const title =
    'Agent request of 200 kB: time as a multiple of JSON.parse + JSON.stringify of the same text, from (row) to (column)'
  printTable(title, [['', 'parse + stringify', ...dialects], ...rows])
}

/** The agent's request in a dialect; undefined where the dialect cannot carry it. */
function requestIn(dialect: Dialect, messages: string): string | undefined {
  if (dialect === 'anthropic') return messages
  try {
    return JSON.stringify(convertRequest(messages, { from: 'anthropic', to: dialect }).body)
  } catch (cause) {
    if (ConversionError.is(cause)) return undefined
    throw cause
  }
}

function benchScan(): void {
  const bytes = new TextEncoder().encode(JSON.stringify(agentRequest(200_000)))
  const [seconds = 0] = secondsOf(() => scanObject(bytes))
  printTable('Same dialect: members found in a 200 kB request without parsing it', [
    [`${Math.round(bytes.length / seconds / 1e6)} MB/s`],
  ])
}

benchStreams()
benchRequests()
benchScan()
