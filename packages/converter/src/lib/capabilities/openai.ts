import type { Effort } from '../chat/request.ts'
import type { Capabilities } from './capabilities.ts'

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
}

/** Models from before structured outputs (August 2024) have JSON mode only. */
const early: Capabilities = { ...plain, structuredOutput: false, media: [] }

/** Models that reason refuse sampling parameters and stop sequences, and take instructions as `developer`. */
function reasoning(efforts: readonly Effort[]): Capabilities {
  return { ...plain, sampling: 'none', developerRole: true, maxStops: 0, efforts }
}

/** From gpt-5.6 on (openai 7.57.0, `prompt_cache_options`). */
const latest: Capabilities = {
  ...reasoning(['none', 'low', 'medium', 'high', 'xhigh', 'max']),
  cacheBreakpoints: true,
}

const lowToHigh: readonly Effort[] = ['low', 'medium', 'high']

/** Grok's models that reason take no stop sequences; of effort they know different words, most of them none. */
function grok(efforts: readonly Effort[]): Capabilities {
  return { ...compatible, efforts, maxStops: 0 }
}

/**
 * Compatible vendors, whoever serves them. Sources: api-docs.deepseek.com (JSON output), docs.x.ai (reasoning), docs.mistral.ai (API),
 * as of November 2026.
 */
const vendors: readonly (readonly [prefix: string, capabilities: Capabilities])[] = [
  ['deepseek', { ...compatible, structuredOutput: false, media: [] }],
  ['grok-3-mini', grok(['low', 'high'])],
  ['grok-4.3', grok(['none', 'low', 'medium', 'high'])],
  ['grok-4.5', grok(lowToHigh)],
  ['grok-4', grok([])],
  ['mistral', { ...compatible, maxTemperature: 1.5 }],
  ['ministral', { ...compatible, maxTemperature: 1.5 }],
  ['magistral', { ...compatible, maxTemperature: 1.5 }],
  ['codestral', { ...compatible, maxTemperature: 1.5, media: [] }],
  ['devstral', { ...compatible, maxTemperature: 1.5 }],
]

/**
 * Families by the beginning of the model's name; the first that fits wins, so longer names stand before the shorter ones they
 * begin with. Efforts are those of OpenAI's reasoning guide.
 */
const families: readonly (readonly [prefix: string, capabilities: Capabilities])[] = [
  // Open weights are served by other vendors, under their rules.
  ['gpt-oss', compatible],
  ['gpt-3.5', early],
  ['gpt-4o-2024-05-13', { ...plain, structuredOutput: false }],
  ['gpt-4-turbo', { ...plain, structuredOutput: false }],
  ['gpt-4-vision', { ...plain, structuredOutput: false }],
  ['gpt-4o', plain],
  ['chatgpt-4o', plain],
  ['gpt-4.1', plain],
  ['gpt-4.5', plain],
  ['gpt-4', early],
  ['gpt-audio', plain],
  ['o1-mini', { ...reasoning([]), developerRole: false, structuredOutput: false, tools: false, media: [] }],
  ['o1-preview', { ...reasoning([]), developerRole: false, structuredOutput: false, tools: false, media: [] }],
  ['o1', reasoning(lowToHigh)],
  ['o3', reasoning(lowToHigh)],
  ['o4', reasoning(lowToHigh)],
  ['codex-mini', reasoning(lowToHigh)],
  ['gpt-5-chat', plain],
  ['gpt-5-codex', reasoning(lowToHigh)],
  ['gpt-5-pro', reasoning(['high'])],
  ['gpt-5.1-chat', plain],
  ['gpt-5.1-codex-max', reasoning(['low', 'medium', 'high', 'xhigh'])],
  ['gpt-5.1-codex', reasoning(lowToHigh)],
  ['gpt-5.1', reasoning(['none', 'low', 'medium', 'high'])],
  ['gpt-5.2-chat', plain],
  ['gpt-5.2-pro', reasoning(['medium', 'high', 'xhigh'])],
  ['gpt-5.3-chat', plain],
  ['gpt-5.2', reasoning(['none', 'low', 'medium', 'high', 'xhigh'])],
  ['gpt-5.3', reasoning(['none', 'low', 'medium', 'high', 'xhigh'])],
  ['gpt-5.4', reasoning(['none', 'low', 'medium', 'high', 'xhigh'])],
  ['gpt-5.5', reasoning(['none', 'low', 'medium', 'high', 'xhigh'])],
  ['gpt-5.', latest],
  ['gpt-5', reasoning(['minimal', 'low', 'medium', 'high'])],
  ['gpt-6', latest],
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
  return family === undefined ? compatible : family[1]
}

/** Azure has `stream_options` and `max_completion_tokens` from 2024-09-01-preview on (its list of API changes). */
const sinceStreamUsage = '2024-09-01'

/** Another vendor's `o3something` is not OpenAI's `o3`: what follows a family's name is a version or nothing. */
function isFamily(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && (prefix.endsWith('.') || '-.:@'.includes(name.charAt(prefix.length)))
}
