import type { Effort } from '../chat/request.ts'
import { type Capabilities, capabilitiesOfFamily, type Family } from './capabilities.ts'

/**
 * What a server that only speaks the dialect is trusted with: the fields every compatible vendor has had from the start.
 * An operator who knows more says so by overrides.
 */
const compatible: Capabilities = {
  defaultMaxTokens: 4096,
  sampling: 'full',
  maxTemperature: 2,
  systemTurns: true,
  developerRole: false,
  prefill: false,
  efforts: [],
  thinking: 'none',
  structuredOutput: true,
  maxStops: 4,
  maxTokensField: 'max_tokens',
  streamUsage: true,
  openaiExtensions: false,
}

/** OpenAI's own models that answer without reasoning first. */
const plain: Capabilities = {
  ...compatible,
  maxTokensField: 'max_completion_tokens',
  openaiExtensions: true,
  // A member of a message that OpenAI does not know is answered with 400 unknown_parameter.
  reasoningMembers: [],
  verbosity: false,
}

/** Models from before structured outputs (August 2024) have JSON mode only. */
const early: Capabilities = { ...plain, structuredOutput: false, media: [] }

/** Models that reason refuse sampling parameters and stop sequences, and take instructions as `developer`. */
function reasoning(efforts: readonly Effort[]): Capabilities {
  return { ...plain, sampling: 'none', developerRole: true, maxStops: 0, efforts }
}

/** The o series answers `parallel_tool_calls` with 400 unsupported_parameter. */
const oSeries: Capabilities = { ...reasoning(['low', 'medium', 'high']), parallelToolCalls: false }

/** From gpt-5.6 on (openai 7.57.0, `prompt_cache_options`). */
const latest: Capabilities = {
  ...reasoning(['none', 'low', 'medium', 'high', 'xhigh', 'max']),
  cacheBreakpoints: true,
}

/** Models that search the web before they answer, in Chat Completions alone: they refuse sampling parameters and tools. */
const searching: Capabilities = { ...plain, sampling: 'none', tools: false, webSearchOptions: true }

const lowToHigh: readonly Effort[] = ['low', 'medium', 'high']

/** Grok's models that reason take no stop sequences; of effort they know different words, most of them none. */
function grok(efforts: readonly Effort[]): Capabilities {
  return { ...compatible, efforts, maxStops: 0 }
}

/**
 * Mistral answers a member of a message that it does not know with 422 extra_forbidden (BerriAI/litellm#30835), but wants its thinking
 * chunks back (mistralai/client-python, examples/mistral/chat/reasoning_multi_turn.py).
 */
const mistral: Capabilities = { ...compatible, maxTemperature: 1.5, reasoningMembers: ['thinking'] }

/**
 * Vendors that answer 400 to a message of a tool loop without its `reasoning_content`: DeepSeek (api-docs.deepseek.com, thinking mode),
 * Moonshot (platform.moonshot.ai, thinking models), Xiaomi (platform.xiaomimimo.com, passing back reasoning_content).
 */
const insisting: Capabilities = { ...compatible, reasoningRequired: true }

const deepseek: Capabilities = { ...insisting, structuredOutput: false, media: [] }

/**
 * Compatible vendors, whoever serves them. Sources: api-docs.deepseek.com (JSON output, models and pricing),
 * docs.x.ai (reasoning), docs.mistral.ai (API), as of November 2026. Mistral and xAI limit an answer by the context window alone.
 */
const vendors: readonly Family[] = [
  ['deepseek-v4', deepseek, 384_000, 1_000_000],
  ['deepseek-chat', deepseek, 8192, 128_000],
  ['deepseek-reasoner', deepseek, 65_536, 128_000],
  ['deepseek', deepseek],
  ['kimi', insisting],
  // Google's endpoint for OpenAI's clients refuses calls of Gemini 3 without the seal they came with (ai.google.dev, thought signatures).
  ['gemini', { ...compatible, callSeals: true }],
  ['mimo', insisting],
  ['grok-3-mini', grok(['low', 'high']), undefined, 131_072],
  ['grok-4.3', grok(['none', 'low', 'medium', 'high'])],
  ['grok-4.5', grok(lowToHigh)],
  ['grok-4', grok([]), undefined, 256_000],
  ['mistral', mistral],
  ['ministral', mistral],
  ['magistral', mistral, undefined, 128_000],
  ['codestral', { ...mistral, media: [] }, undefined, 256_000],
  ['devstral', mistral],
]

/**
 * Families by the beginning of the model's name; the first that fits wins, so longer names stand before the shorter ones they
 * begin with. Efforts are those of OpenAI's reasoning guide, limits those of its model pages (November 2026).
 */
const families: readonly Family[] = [
  ['gpt-4o-search-preview', searching, 16_384, 128_000],
  ['gpt-4o-mini-search-preview', searching, 16_384, 128_000],
  ['gpt-5-search-api', searching, 128_000, 400_000],
  // Open weights are served by other vendors, under their rules.
  ['gpt-oss', compatible],
  ['gpt-3.5', early, 4096, 16_385],
  ['gpt-4o-2024-05-13', { ...plain, structuredOutput: false }, 4096, 128_000],
  ['gpt-4-turbo', { ...plain, structuredOutput: false }, 4096, 128_000],
  ['gpt-4-vision', { ...plain, structuredOutput: false }, 4096, 128_000],
  ['gpt-4o', plain, 16_384, 128_000],
  ['chatgpt-4o', plain, 16_384, 128_000],
  ['gpt-4.1', plain, 32_768, 1_047_576],
  ['gpt-4.5', plain, 16_384, 128_000],
  ['gpt-4-32k', early, 32_768, 32_768],
  ['gpt-4-1106', early, 4096, 128_000],
  ['gpt-4-0125', early, 4096, 128_000],
  ['gpt-4', early, 8192, 8192],
  ['gpt-audio', plain, 16_384, 128_000],
  [
    'o1-mini',
    { ...oSeries, efforts: [], developerRole: false, structuredOutput: false, tools: false, media: [] },
    65_536,
    128_000,
  ],
  [
    'o1-preview',
    { ...oSeries, efforts: [], developerRole: false, structuredOutput: false, tools: false, media: [] },
    32_768,
    128_000,
  ],
  ['o1', oSeries, 100_000, 200_000],
  ['o3', oSeries, 100_000, 200_000],
  ['o4', oSeries, 100_000, 200_000],
  ['codex-mini', oSeries, 100_000, 200_000],
  ['gpt-5-chat', plain, 16_384, 128_000],
  ['gpt-5-codex', reasoning(lowToHigh), 128_000, 400_000],
  ['gpt-5-pro', reasoning(['high']), 272_000, 400_000],
  ['gpt-5.1-chat', plain, 16_384, 128_000],
  ['gpt-5.1-codex-max', reasoning(['low', 'medium', 'high', 'xhigh']), 128_000, 400_000],
  ['gpt-5.1-codex', reasoning(lowToHigh), 128_000, 400_000],
  ['gpt-5.1', reasoning(['none', 'low', 'medium', 'high']), 128_000, 400_000],
  ['gpt-5.2-chat', plain, 16_384, 128_000],
  ['gpt-5.2-pro', reasoning(['medium', 'high', 'xhigh']), 128_000, 400_000],
  ['gpt-5.3-chat', plain, 16_384, 128_000],
  ['gpt-5.2', reasoning(['none', 'low', 'medium', 'high', 'xhigh']), 128_000, 400_000],
  ['gpt-5.3', reasoning(['none', 'low', 'medium', 'high', 'xhigh']), 128_000, 400_000],
  ['gpt-5.4-mini', reasoning(['none', 'low', 'medium', 'high', 'xhigh']), 128_000, 400_000],
  ['gpt-5.4-nano', reasoning(['none', 'low', 'medium', 'high', 'xhigh']), 128_000, 400_000],
  ['gpt-5.4', reasoning(['none', 'low', 'medium', 'high', 'xhigh']), 128_000, 1_050_000],
  ['gpt-5.5', reasoning(['none', 'low', 'medium', 'high', 'xhigh']), 128_000, 1_050_000],
  ['gpt-5.', latest, 128_000],
  ['gpt-5', reasoning(['minimal', 'low', 'medium', 'high']), 128_000, 400_000],
  ['gpt-6', latest, 128_000],
]

/**
 * What an OpenAI model accepts in the openai dialects. Names that are not OpenAI's own (Azure deployments, resellers of its models)
 * get the conservative set, and those of the vendors known here theirs, also with a prefix (`deepseek/deepseek-chat`). A fine-tune
 * (`ft:gpt-4o:org::id`) is as its base.
 *
 * @param apiVersion Azure's `api-version`; absent: the newest.
 */
export function openaiCapabilities(model: string, apiVersion?: string): Capabilities {
  const known = familyOf(model)
  if (apiVersion === undefined || !/^\d{4}-/.test(apiVersion) || apiVersion >= sinceStreamUsage) return known
  return { ...known, streamUsage: false, maxTokensField: 'max_tokens', openaiExtensions: false }
}

function familyOf(model: string): Capabilities {
  const name = model.startsWith('ft:') ? model.slice(3) : model
  const bare = model.slice(model.lastIndexOf('/') + 1).toLowerCase()
  const family =
    families.find(([prefix]) => isFamily(name, prefix)) ?? vendors.find(([prefix]) => isFamily(bare, prefix))
  if (family === undefined) return compatible
  const accepts = capabilitiesOfFamily(family)
  // OpenAI's guide to verbosity: from GPT-5 on.
  const worded: Capabilities = /^gpt-[5-9]/.test(family[0]) ? { ...accepts, verbosity: true } : accepts
  return searches(name) ? { ...worded, webSearch: true } : worded
}

/** Whether a model takes the tool `web_search` (OpenAI's model pages, November 2026). */
function searches(name: string): boolean {
  return (
    /^(gpt-4o|gpt-4\.1|gpt-[5-9]|o3|o4)/.test(name) &&
    !/^(gpt-4\.1-nano|gpt-4o-2024-05|o3-mini)|audio|search/.test(name)
  )
}

/** Azure has `stream_options` and `max_completion_tokens` from 2024-09-01-preview on (its list of API changes). */
const sinceStreamUsage = '2024-09-01'

/** Another vendor's `o3something` is not OpenAI's `o3`: what follows a family's name is a version or nothing. */
function isFamily(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && (prefix.endsWith('.') || '-.:@'.includes(name.charAt(prefix.length)))
}
