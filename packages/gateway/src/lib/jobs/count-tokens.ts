import { type Dialect, estimateInputTokens, type JsonObject } from '@llm-gateway/converter'
import type { Candidate } from '@llm-gateway/router'
import { isVertex, speaks } from '@llm-gateway/upstream'
import type { Call } from '../call.ts'
import { respondUndelivered, tryAccounts, type Undelivered } from '../layers/deliver.ts'
import type { Services } from '../services.ts'
import { needsHistory } from '../stored/continued.ts'
import { wireOf } from '../wire.ts'
import { converted, ownBytes, refusalOf } from './generate.ts'
import type { Job, Preparing } from './job.ts'

const countHeader = 'x-llm-gateway-token-count'

/**
 * Counts a request's input tokens: asked of the provider where it counts, in whatever dialect it does, else estimated. Which of
 * the two stands in `x-llm-gateway-token-count`.
 */
export async function countTokens(call: Call, services: Services): Promise<void> {
  const candidates = call.plan?.candidates.flatMap((candidate) => countable(call, candidate)) ?? []
  if (call.plan && candidates.length > 0) {
    call.plan = { ...call.plan, candidates }
    const undelivered = await tryAccounts(call, services, count)
    if (undelivered === undefined) return
    if (isClientsFault(undelivered)) {
      respondUndelivered(call, services, undelivered)
      return
    }
  }
  let tokens: number
  try {
    tokens = estimateInputTokens(wireOf(call), call.plan?.model ?? call.model)
  } catch (cause) {
    throw refusalOf(cause)
  }
  call.usage = undefined
  call.answer.json(200, countReply[formOf(call)](tokens), { [countHeader]: 'estimated' })
}

/** The candidate in a dialect it counts in: the client's own where it can be, else any its account speaks. */
function countable(call: Call, candidate: Candidate): Candidate[] {
  const dialects = [candidate.dialect, ...candidate.account.dialects]
  const wanted = dialects.includes(call.dialect) ? [call.dialect, ...dialects] : dialects
  const dialect = wanted.find((one) => speaks(one, 'count-tokens'))
  return dialect === undefined ? [] : [{ ...candidate, dialect }]
}

/** A provider that does not count, or cannot at present, is no reason not to answer; one that refuses the request is. */
function isClientsFault(undelivered: Undelivered): boolean {
  if (undelivered.type === 'refused') return undelivered.error.status < 500
  const { status = 0 } = undelivered.failure.fault
  return status === 400 || status === 413 || status === 422
}

/** The dialect of the answer is that of the path: who asks there reads that, whatever the body is like. */
function formOf(call: Call): CountDialect {
  const dialect = call.endpoint.dialect ?? call.dialect
  return dialect === 'gemini' || dialect === 'openai-responses' ? dialect : 'anthropic'
}

type CountDialect = 'anthropic' | 'gemini' | 'openai-responses'

const countReply: Readonly<Record<CountDialect, (tokens: number) => JsonObject>> = {
  anthropic: (tokens) => ({ input_tokens: tokens }),
  gemini: (tokens) => ({ totalTokens: tokens }),
  'openai-responses': (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
}

const count: Job = {
  headers: { [countHeader]: 'provider' },
  operation: () => 'count-tokens',
  prepare(call, preparing) {
    const { account, dialect, model } = preparing
    const sameDialect = dialect === formOf(call)
    if (dialect === call.dialect && !needsHistory(call, account.id)) {
      return { job: count, account, body: renamed(call, model), dialect, sameDialect, losses: [] }
    }
    const { body, losses } = converted(call, preparing)
    const question = JSON.stringify(questionOf(body, preparing))
    return { job: count, account, body: question, dialect, sameDialect, losses }
  },
  recognises: (wire, dialect) => tokensOf(wire, dialect) !== undefined,
  reply(call, { dialect, sameDialect }, { bytes, wire }) {
    return sameDialect ? bytes : JSON.stringify(countReply[formOf(call)](tokensOf(wire, dialect) ?? 0))
  },
}

function tokensOf(wire: JsonObject, dialect: Dialect): number | undefined {
  const tokens = dialect === 'gemini' ? wire.totalTokens : wire.input_tokens
  // A count of nothing is left out by Google, as every default is.
  if (tokens === undefined && dialect === 'gemini' && !('error' in wire)) return 0
  return typeof tokens === 'number' ? tokens : undefined
}

/** The client's own bytes, but for a model's name that a route changed. */
function renamed(call: Call, model: string): Uint8Array | string {
  const nested = call.dialect === 'gemini' && call.facts?.scan.members.has('generateContentRequest')
  if (!nested || model === call.model) return ownBytes(call, model)
  const { stream: _, ...request } = wireOf(call)
  return JSON.stringify({ generateContentRequest: { ...request, model: `models/${model}` } })
}

/**
 * What the counting endpoints take of a request; anything else they refuse. From the parameter types of openai 7.57.0 and
 * @anthropic-ai/sdk 1.12.0.
 */
const countedKeys: Readonly<Partial<Record<Dialect, readonly string[]>>> = {
  anthropic: [
    'model',
    'messages',
    'system',
    'tools',
    'tool_choice',
    'thinking',
    'output_config',
    'mcp_servers',
    'cache_control',
    'context_management',
  ],
  'openai-responses': [
    'model',
    'input',
    'instructions',
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'reasoning',
    'text',
    'truncation',
  ],
}

function questionOf(body: JsonObject, { account, dialect, model }: Preparing): JsonObject {
  const keys = countedKeys[dialect]
  if (keys) return Object.fromEntries(keys.filter((key) => body[key] !== undefined).map((key) => [key, body[key]]))
  // Only Vertex takes instructions and tools beside the contents; the Gemini API wants them within a request of their own.
  return isVertex(account) ? body : { generateContentRequest: { model: `models/${model}`, ...body } }
}
