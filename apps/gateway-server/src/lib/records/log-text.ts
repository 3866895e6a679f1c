import { styleText } from 'node:util'

type Fields = Readonly<Record<string, unknown>>
type Paint = (tone: Parameters<typeof styleText>[0], text: string) => string

const plain: Paint = (_tone, text) => text
const coloured: Paint = (tone, text) => styleText(tone, text, { validateStream: false })

const toneOf: Readonly<Record<string, Parameters<typeof styleText>[0]>> = {
  debug: 'dim',
  info: 'green',
  warn: 'yellow',
  error: 'red',
}

/** One JSON line of the log as a person reads it: time, level, what happened, then what else there is as `key=value`. */
export function toText(line: string, colour = false): string {
  const paint = colour ? coloured : plain
  const { level, time, message, ...fields } = JSON.parse(line) as Fields
  const head = [
    paint('dim', String(time)),
    paint(toneOf[String(level)] ?? 'bold', String(level).toUpperCase().padEnd(5)),
  ]
  const said = message === 'request' ? access(fields, paint) : [steerless(String(message)), ...pairs(fields, paint)]
  return `${[...head, ...said].join(' ')}\n`
}

/** A request's line begins with what people look for; the rest of its fields is for machines, which read JSON. */
function access(fields: Fields, paint: Paint): string[] {
  const { method, path, status, durationMs, firstContentMs, model, upstreamModel, keyName, account, usage } = fields
  const { attempts, clientLeft, error, requestId, losses, costUsd } = fields
  const tried = Array.isArray(attempts) ? attempts.length : 0
  const tone = Number(status) >= 500 ? 'red' : Number(status) >= 400 ? 'yellow' : 'green'
  return [
    steerless(`${text(method)} ${text(path)}`),
    paint(tone, text(status)),
    ...pairs(
      {
        ms: durationMs,
        first: firstContentMs,
        model,
        as: upstreamModel,
        key: keyName,
        account,
        tries: tried > 1 ? tried : undefined,
        tokens: tokens(usage),
        usd: costUsd,
        losses: Array.isArray(losses) ? losses.length : undefined,
        left: clientLeft,
        error: problem(error, attempts),
        id: requestId,
      },
      paint,
    ),
  ]
}

/** Tokens in and out: `1200/350`. */
function tokens(usage: unknown): string | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined
  const { input, output } = usage as Fields
  return `${text(input ?? '?')}/${text(output ?? '?')}`
}

/** What the gateway says went wrong, else what the last attempt met. */
function problem(error: unknown, attempts: unknown): unknown {
  if (typeof error === 'object' && error !== null) return (error as Fields).message ?? (error as Fields).code
  const last: unknown = Array.isArray(attempts) ? attempts.at(-1) : undefined
  return typeof last === 'object' && last !== null ? (last as Fields).error : undefined
}

function pairs(fields: Fields, paint: Paint): string[] {
  return Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${paint('dim', `${steerless(key)}=`)}${quoted(text(value))}`],
  )
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** Quoted where it would not be one word, and where a line end or a control character would forge a line. */
function quoted(value: string): string {
  const plainly = /^[^\s"=\p{Cc}]+$/u.test(value) || (/^[{[]/.test(value) && !/\p{Cc}/u.test(value))
  return steerless(plainly ? value : JSON.stringify(value))
}

/**
 * A line, with or without JSON in it, whose control characters and those that turn the direction of text are written as JSON escapes:
 * some terminals take the ones beyond ASCII for the start of a sequence, and JSON leaves them as they are.
 */
export function steerless(line: string): string {
  return line.replace(
    /\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
