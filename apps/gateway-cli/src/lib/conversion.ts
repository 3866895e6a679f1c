import {
  ConversionError,
  convertError,
  convertReply,
  convertRequest,
  type Dialect,
  detectDialect,
  dialects,
  type JsonObject,
  type Loss,
  openStream,
  parseRequest,
  readBody,
  spliceMember,
} from '@llm-gateway/converter'
import { providers } from '@llm-gateway/upstream'
import { CliError } from './command-line/error.ts'
import { choiceOf } from './command-line/lists.ts'

export { dialects }

export interface ConversionOptions {
  readonly kind: 'request' | 'reply' | 'stream' | 'error'
  readonly from: Dialect
  readonly to: Dialect
  readonly model?: string
  /** Whose quirks the request is written for. */
  readonly provider?: string
  /** What the client had sent, for a reply or stream. */
  readonly request?: JsonObject
  readonly strict: boolean
  /** The status the error came with. */
  readonly status?: number
  /** Milliseconds since the epoch, for what a reply must say and its source does not. */
  readonly now: () => number
}

export interface Conversion {
  readonly kind: ConversionOptions['kind']
  /** The body as it goes out, or the text of the stream. */
  readonly text: string
  /** The status an error goes out with. */
  readonly status?: number
  readonly losses: readonly Loss[]
  /** Why a stream does not end well. */
  readonly problem?: string
}

/**
 * Converts as the gateway does: the same dialect keeps its bytes but for the model.
 *
 * @throws ConversionError as the converter does, also `LOSSY` for a reply or stream under `strict`.
 */
export function convert(input: Uint8Array, options: ConversionOptions): Conversion {
  switch (options.kind) {
    case 'request':
      return ofRequest(input, options)
    case 'reply':
      return refuseLosses(ofReply(input, options), options)
    case 'stream':
      return refuseLosses(ofStream(input, options), options)
    case 'error':
      return ofError(input, options)
  }
}

/** The dialect of a request, by its shape. @throws CliError `USAGE` when it could be any. */
export function findDialect(input: Uint8Array): Dialect {
  const found = detectDialect({ body: parseJson(input) })
  const known = dialects.find((dialect) => dialect === found)
  if (known !== undefined) return known
  if (found !== undefined)
    throw new CliError('REFUSED', `the request is of the dialect ${found}, which this version does not convert`)
  throw new CliError('USAGE', 'the dialect of the file cannot be told by its shape: give --from')
}

/** What a client had sent. @throws ConversionError when it is no JSON object. */
export function readRequest(input: Uint8Array, dialect: Dialect): JsonObject {
  return parseRequest(input, dialect)
}

function parseJson(input: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(input))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CliError('FAILED', `the file is not valid JSON: ${reason}`, { cause })
  }
}

function ofRequest(input: Uint8Array, options: ConversionOptions): Conversion {
  const { from, to, model, provider, strict } = options
  if (from === to) return { kind: 'request', text: withModel(input, model), losses: [] }
  const capabilities = provider === undefined ? {} : profileOf(provider)
  const { body, losses } = convertRequest(input, {
    from,
    to,
    strict,
    capabilities,
    ...(model !== undefined && { model }),
  })
  return { kind: 'request', text: JSON.stringify(body), losses }
}

function profileOf(id: string): object {
  const provider = providers.get(choiceOf(id, [...providers.keys()], '--provider'))
  return provider?.profile ?? {}
}

function withModel(input: Uint8Array, model: string | undefined): string {
  const read = readBody(input)
  if (!read.ok) throw new CliError('FAILED', read.message)
  const member = read.facts.scan.members.get('model')
  const bytes = member && model !== undefined ? spliceMember(input, member, JSON.stringify(model)) : input
  return new TextDecoder().decode(bytes)
}

function replyOptions({ from, to, model, request, now }: ConversionOptions): Parameters<typeof convertReply>[1] {
  return {
    from,
    to,
    now: () => Math.floor(now() / 1_000),
    ...(model !== undefined && { model }),
    ...(request && { request }),
  }
}

function ofReply(input: Uint8Array, options: ConversionOptions): Conversion {
  const { body, losses } = convertReply(input, replyOptions(options))
  return { kind: 'reply', text: JSON.stringify(body), losses }
}

function ofStream(input: Uint8Array, options: ConversionOptions): Conversion {
  const stream = openStream(replyOptions(options))
  const text = stream.push(input) + stream.end()
  const problem =
    stream.phase === 'finished' ? undefined : (stream.error?.message ?? 'the stream ends before its sign of completion')
  return { kind: 'stream', text, losses: stream.losses, ...(problem !== undefined && { problem }) }
}

/** Any body is an error's: JSON, a page of HTML, nothing. The same dialect keeps it. */
function ofError(input: Uint8Array, { from, to, status = 500 }: ConversionOptions): Conversion {
  const text = new TextDecoder().decode(input)
  if (from === to) return { kind: 'error', text, status, losses: [] }
  const converted = convertError({ status, body: text }, { from, to })
  return { kind: 'error', text: JSON.stringify(converted.body), status: converted.status, losses: [] }
}

function refuseLosses(conversion: Conversion, { strict, to }: ConversionOptions): Conversion {
  const { losses } = conversion
  if (!strict || losses.length === 0) return conversion
  const list = losses.map(({ path, kind, detail }) => `${path} (${kind}: ${detail})`).join('; ')
  throw new ConversionError('LOSSY', `strict conversion to ${to} would lose: ${list}`, { losses })
}
