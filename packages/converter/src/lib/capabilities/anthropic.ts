import type { Effort } from '../chat/request.ts'
import { type Capabilities, capabilitiesOfFamily, type Family } from './capabilities.ts'

/** What every model of the dialect has in common. */
const base: Capabilities = {
  defaultMaxTokens: 32_000,
  sampling: 'full',
  maxTemperature: 1,
  systemTurns: false,
  developerRole: false,
  prefill: true,
  efforts: [],
  thinking: 'budget',
  structuredOutput: false,
  maxStops: Number.POSITIVE_INFINITY,
  maxTokensField: 'max_tokens',
  streamUsage: true,
  openaiExtensions: false,
  webSearch: true,
}

const upToHigh: readonly Effort[] = ['low', 'medium', 'high']
const upToMax: readonly Effort[] = ['low', 'medium', 'high', 'max']
const all: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max']

/** No thinking and no search of the web. */
const before35: Capabilities = { ...base, thinking: 'none', defaultMaxTokens: 4096, webSearch: false }
/** Temperature or top_p: models since Opus 4.1 refuse both at once. */
const since41: Capabilities = { ...base, sampling: 'either', structuredOutput: true }
/** Adaptive thinking, no prefill. */
const since46: Capabilities = { ...since41, prefill: false, thinking: 'adaptive', efforts: upToMax }
/** No sampling parameters at all, no thinking budget. */
const since47: Capabilities = { ...since46, sampling: 'none', efforts: all }
/** Instructions between turns; output limits of 128,000 tokens, which thinking counts towards. */
const since48: Capabilities = { ...since47, systemTurns: true, defaultMaxTokens: 64_000 }
/** Thinking that is always on, and no forced tool calls. */
const since55: Capabilities = { ...since48, thinkingOff: 'never', forcedTools: false }

/**
 * Model families by the part of the name that tells them, first match wins; a more specific name stands before a more general one.
 * Sources: the vendor's model pages and migration guides as of November 2026.
 */
const families: readonly Family[] = [
  ['claude-instant', before35, 4096, 100_000],
  ['claude-2', before35, 4096, 200_000],
  ['claude-3-7', base, 64_000, 200_000],
  ['claude-3-5', { ...base, thinking: 'none', defaultMaxTokens: 8192 }, 8192, 200_000],
  ['claude-3', before35, 4096, 200_000],
  ['opus-4-8', since48, 128_000, 1_000_000],
  ['opus-4-7', since47, 128_000, 1_000_000],
  ['opus-4-6', since46, 128_000, 1_000_000],
  ['opus-4-5', { ...since41, efforts: upToHigh }, 64_000, 200_000],
  ['opus-4-1', since41, 32_000, 200_000],
  ['opus-4', base, 32_000, 200_000],
  ['sonnet-4-6', since46, 128_000, 1_000_000],
  ['sonnet-4-5', since41, 64_000, 200_000],
  ['sonnet-4', base, 64_000, 200_000],
  ['haiku-4-5', since41, 64_000, 200_000],
  ['mythos-preview', { ...since47, thinkingOff: 'never' }, 128_000, 1_000_000],
  ['opus-5-5', since55, 128_000, 1_000_000],
  ['opus-5', since48, 128_000, 1_000_000],
  ['sonnet-5-5', { ...since48, thinkingOff: 'between_tools' }, 128_000, 1_000_000],
  ['sonnet-5', since48, 128_000, 1_000_000],
  ['haiku-5', since48, 128_000],
  ['fable-5-1', since55, 128_000, 1_000_000],
  ['fable-5-2', since55, 128_000, 1_000_000],
  ['fable-5', { ...since48, thinkingOff: 'never' }, 128_000, 1_000_000],
  ['mythos-5-1', since55, 128_000, 1_000_000],
  ['mythos-5-2', since55, 128_000, 1_000_000],
  ['mythos-5', { ...since48, thinkingOff: 'never' }, 128_000, 1_000_000],
]

/** The first version of the API that has no sampling parameters, whatever the model. */
const unsampled = '2026-10-21'

/** Other vendors' models behind an Anthropic endpoint: nothing is held back, the endpoint says what it does not take. */
const foreign: Capabilities = { ...base, defaultMaxTokens: 8192, webSearch: false }

/**
 * What an Anthropic model accepts. A claude name of no known family is taken for a newer one and gets the newest rules; names
 * that are no claude's get the most permissive.
 *
 * @param model as sent: also with a vendor prefix (`anthropic.claude-…`), a date or a dotted version (`claude-opus-4.5`).
 * @param apiVersion the `anthropic-version` it is sent with; default `2023-06-01`.
 */
export function anthropicCapabilities(model: string, apiVersion = '2023-06-01'): Capabilities {
  const known = familyOf(model)
  return apiVersion >= unsampled ? { ...known, sampling: 'none' } : known
}

function familyOf(model: string): Capabilities {
  const name = model.toLowerCase().replaceAll('.', '-').replaceAll('_', '-')
  if (!name.includes('claude')) return foreign
  const family = families.find(([part]) => name.includes(part))
  return family ? capabilitiesOfFamily(family) : since55
}
