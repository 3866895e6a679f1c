import type { Effort } from '../chat/request.ts'
import { type Capabilities, capabilitiesOfFamily, type Family } from './capabilities.ts'

/** What every model of the dialect has in common. */
const base: Capabilities = {
  defaultMaxTokens: 8192,
  sampling: 'full',
  maxTemperature: 2,
  systemTurns: false,
  developerRole: false,
  prefill: true,
  efforts: [],
  thinking: 'none',
  structuredOutput: true,
  maxStops: 5,
  maxTokensField: 'max_tokens',
  streamUsage: true,
  openaiExtensions: false,
  toolsWithFormat: false,
}

/** Before 2.5: media by URL only from the vendor's own storage. */
const early: Capabilities = { ...base, urlMedia: false }
/** 2.0 searches by a tool without settings. */
const since20: Capabilities = { ...early, webSearch: true }

/** 2.5: thinking by a budget of tokens. */
function since25(least: number, most: number): Capabilities {
  return { ...base, thinking: 'budget', thinkingBudgets: [least, most], webSearch: true }
}

const lowToHigh: readonly Effort[] = ['low', 'medium', 'high']
const minimalToHigh: readonly Effort[] = ['minimal', 'low', 'medium', 'high']

/** 3: thinking by level, never quite off; calls in the history must bear their seal. */
function since3(efforts: readonly Effort[]): Capabilities {
  return {
    ...base,
    thinking: 'adaptive',
    thinkingOff: 'never',
    efforts,
    sealedCalls: true,
    resultMedia: true,
    imageDetail: true,
    toolsWithFormat: true,
    webSearch: true,
  }
}

/** 3.5 Flash-Lite and 3.6 on: no sampling parameters, and the last content must be the user's. */
function since36(efforts: readonly Effort[]): Capabilities {
  return { ...since3(efforts), sampling: 'none', prefill: false }
}

const newest = since36(lowToHigh)

/**
 * Model families by the part of the name that tells them, first match wins; a more specific name stands before a more general one.
 * Sources: the vendor's model pages, thinking guide and migration guides as of November 2026.
 */
const families: readonly Family[] = [
  ['gemini-1.5-pro', early, 8192, 2_097_152],
  ['gemini-1', early, 8192, 1_048_576],
  ['gemini-2.0', since20, 8192, 1_048_576],
  ['gemini-2.5-flash-image', base, 32_768, 65_536],
  ['gemini-2.5-flash-lite', since25(512, 24_576), 65_536, 1_048_576],
  ['gemini-2.5-flash', since25(1, 24_576), 65_536, 1_048_576],
  ['gemini-2.5-pro', { ...since25(128, 32_768), thinkingOff: 'never' }, 65_536, 1_048_576],
  ['gemini-2.5', since25(1, 24_576), 65_536, 1_048_576],
  ['gemini-3-pro-image', since3(['low', 'high']), 32_768, 65_536],
  ['gemini-3-pro', since3(['low', 'high']), 65_536, 1_048_576],
  ['gemini-3-flash', since3(minimalToHigh), 65_536, 1_048_576],
  ['gemini-3.1-pro', since3(lowToHigh), 65_536, 1_048_576],
  ['gemini-3.1', since3(minimalToHigh), 65_536, 1_048_576],
  ['gemini-3.5-flash-lite', since36(minimalToHigh), 65_536, 1_048_576],
  ['gemini-3.5', since3(minimalToHigh), 65_536, 1_048_576],
  ['gemini-3.6', since36(minimalToHigh), 65_536, 1_048_576],
]

/**
 * What a Gemini model accepts. A gemini name of no known family is taken for a newer one and gets the newest rules; other names
 * (Gemma, tuned models) get those every model keeps.
 *
 * @param model as sent: also with a prefix (`models/gemini-…`, `publishers/google/models/…`).
 */
export function geminiCapabilities(model: string): Capabilities {
  const name = model.toLowerCase()
  if (!name.includes('gemini')) return base
  const family = families.find(([part]) => name.includes(part))
  return family ? capabilitiesOfFamily(family) : newest
}
