import type { Dialect } from '../../src/index.ts'
import { dialects } from '../../src/lib/chat/dialect.ts'

/**
 * What each pair of dialects shares: the constraints the generators of the laws keep to. A pair shares a feature when both dialects
 * have it and no entry of `exceptions` says otherwise. Everything that is left out has its reason here, and every feature a reason
 * does not exclude is tried, so an entry too many costs coverage and one too few fails a law.
 */

/** Models take sampling parameters, or reason: what a request may say depends on which. */
export type Models = 'sampling' | 'reasoning'

interface Ability {
  /** The dialects that can say it. */
  readonly of: readonly Dialect[]
  /** Why the others cannot. */
  readonly why: string
  /** The models that take it, where not all do. */
  readonly models?: Models
}

const everywhere: readonly Dialect[] = dialects
const chatty: readonly Dialect[] = ['openai-chat', 'openai-responses', 'anthropic', 'gemini']
const openai: readonly Dialect[] = ['openai-chat', 'openai-responses']
const legacy = 'a legacy completion is one prompt and one text'

export const abilities = {
  instructions: { of: chatty, why: legacy },
  conversation: { of: chatty, why: legacy },
  lateInstructions: {
    of: ['openai-chat', 'openai-responses', 'anthropic'],
    why: 'Gemini takes instructions up front only, and a legacy completion none',
  },
  usersInARow: { of: ['openai-chat', 'openai-responses', 'gemini'], why: 'Anthropic joins them into one message' },
  images: { of: chatty, why: legacy },
  imageUrls: { of: chatty, why: legacy },
  imageDetail: { of: openai, why: 'Anthropic has no such field, and Gemini a coarser one in newer models alone' },
  namedPdfs: { of: ['openai-chat', 'openai-responses', 'anthropic'], why: 'Gemini takes no names of files' },
  namelessPdfs: { of: ['anthropic', 'gemini'], why: 'the OpenAI dialects require a name: document.pdf is put there' },
  audio: { of: ['openai-chat', 'gemini'], why: 'the others take no sound' },
  calls: { of: chatty, why: legacy },
  textAfterCalls: {
    of: ['openai-responses', 'anthropic', 'gemini'],
    why: 'a chat message holds one text before its calls',
  },
  refusals: { of: openai, why: 'elsewhere a refusal is a text like any other' },
  textsInResults: {
    of: ['openai-chat', 'openai-responses', 'anthropic'],
    why: 'the result of a Gemini function is one object',
  },
  failedResults: { of: ['anthropic', 'gemini'], why: 'the OpenAI dialects have no flag for it: it is told in words' },
  imagesInResults: {
    of: ['openai-responses', 'anthropic', 'gemini'],
    why: 'a chat tool message holds text: images follow in a user message',
  },
  tools: { of: chatty, why: legacy },
  toolsWithoutArguments: {
    of: ['openai-chat', 'openai-responses', 'anthropic'],
    why: 'Gemini refuses a schema without properties, so the schema is left out',
  },
  strictTools: { of: openai, why: 'Gemini enforces all tools or none; Anthropic has the flag, but no word for false' },
  strictTrue: { of: ['openai-chat', 'openai-responses', 'anthropic'], why: 'Gemini enforces all tools or none' },
  openAnswers: {
    of: ['openai-chat', 'openai-responses', 'gemini'],
    why: 'Anthropic holds answers and strict calls to closed objects only',
  },
  freeTextTools: { of: openai, why: 'the others take JSON arguments only' },
  choices: { of: chatty, why: legacy },
  allowedTools: { of: openai, why: 'elsewhere the other tools are left out' },
  oneAtATime: { of: ['openai-chat', 'openai-responses', 'anthropic'], why: 'Gemini cannot be held to one call' },
  severalAtATime: { of: openai, why: 'Anthropic has a word only for the opposite' },
  limit: { of: everywhere, why: '' },
  stops: {
    of: ['openai-chat', 'openai-completions', 'anthropic', 'gemini'],
    why: 'Responses has no stop sequences',
    models: 'sampling',
  },
  temperature: { of: everywhere, why: '', models: 'sampling' },
  hotTemperature: {
    of: ['openai-chat', 'openai-completions', 'openai-responses', 'gemini'],
    why: 'Anthropic ends at a temperature of 1',
    models: 'sampling',
  },
  topP: {
    of: ['openai-chat', 'openai-completions', 'openai-responses', 'gemini'],
    why: 'newer Anthropic models take it or a temperature, not both',
    models: 'sampling',
  },
  topK: { of: ['anthropic', 'gemini'], why: 'OpenAI has none', models: 'sampling' },
  penalties: {
    of: ['openai-chat', 'openai-completions', 'gemini'],
    why: 'Anthropic and Responses have none',
    models: 'sampling',
  },
  seed: {
    of: ['openai-chat', 'openai-completions', 'gemini'],
    why: 'Anthropic and Responses have none',
    models: 'sampling',
  },
  candidates: {
    of: ['openai-chat', 'openai-completions', 'gemini'],
    why: 'the others give one answer',
    models: 'sampling',
  },
  logprobs: {
    of: ['openai-chat', 'openai-completions', 'openai-responses', 'gemini'],
    why: 'Anthropic tells none',
    models: 'sampling',
  },
  json: { of: openai, why: 'Anthropic asks for it in words, and OpenAI alone wants the word besides' },
  schema: { of: chatty, why: legacy },
  namedSchema: { of: openai, why: 'elsewhere a schema has no name' },
  formatBesideTools: { of: chatty, why: legacy },
  effort: { of: chatty, why: legacy, models: 'reasoning' },
  everyEffort: {
    of: ['openai-chat', 'openai-responses', 'anthropic'],
    why: 'Gemini 3 Pro knows low and high',
    models: 'reasoning',
  },
  shownReasoning: {
    of: ['openai-responses', 'anthropic', 'gemini'],
    why: 'a chat request cannot ask to see the reasoning',
    models: 'reasoning',
  },
  verbosity: { of: openai, why: 'the others have none', models: 'reasoning' },
  defaultTier: { of: chatty, why: legacy },
  autoTier: { of: ['openai-chat', 'openai-responses', 'anthropic'], why: 'Gemini has no such word' },
  flexTier: { of: ['openai-chat', 'openai-responses', 'gemini'], why: 'Anthropic has no such tier' },
  user: {
    of: ['openai-chat', 'openai-completions', 'openai-responses', 'anthropic'],
    why: 'Gemini does not ask who',
  },
  metadata: { of: openai, why: 'the others have none, or labels of other rules' },
  store: { of: ['openai-chat', 'openai-responses', 'gemini'], why: 'the others have no such choice' },
  stream: {
    of: ['openai-chat', 'openai-completions', 'openai-responses', 'anthropic'],
    why: 'in Gemini it stands in the URL',
  },
  breakpoints: {
    of: ['openai-chat', 'openai-responses', 'anthropic'],
    why: 'Gemini caches, or does not, without being asked',
    models: 'reasoning',
  },
  cacheKey: { of: openai, why: 'the others have none' },
  saidCalls: { of: chatty, why: legacy },
  saidFreeCalls: { of: openai, why: 'the others take JSON arguments only' },
  saidReasoning: {
    of: ['openai-chat', 'openai-responses', 'gemini'],
    why: 'Anthropic shows no reasoning without its signature, which is nobody else’s to make',
  },
  saidRefusal: { of: openai, why: 'elsewhere a refusal is a text like any other' },
  saidInAnyOrder: {
    of: ['openai-responses', 'anthropic', 'gemini'],
    why: 'a chat message has one place for each kind',
  },
  saidInPieces: { of: ['openai-responses', 'anthropic'], why: 'the others join texts that follow each other' },
  saidSources: {
    of: ['openai-chat', 'openai-responses', 'gemini'],
    why: 'Anthropic’s name a place in a document or a search result, with the words quoted',
  },
  saidLogprobs: {
    of: ['openai-chat', 'openai-completions', 'openai-responses', 'gemini'],
    why: 'Anthropic tells none',
  },
  saidTier: { of: ['openai-chat', 'openai-responses', 'anthropic'], why: 'the others do not tell it' },
  saidAlternatives: { of: ['openai-chat', 'openai-completions', 'gemini'], why: 'the others give one answer' },
  saidCacheWrites: {
    of: ['openai-chat', 'openai-completions', 'openai-responses', 'anthropic'],
    why: 'Gemini does not count them',
  },
  saidTime: {
    of: ['openai-chat', 'openai-completions', 'openai-responses'],
    why: 'Anthropic tells none and Gemini’s clients read none: the time of the conversion is told',
  },
} as const satisfies Readonly<Record<string, Ability>>

export type Feature = keyof typeof abilities

/** What some models of a dialect do not take, though others do. */
const exceptions: readonly {
  readonly of: Dialect
  readonly models: Models
  readonly without: Feature
  readonly why: string
}[] = [
  { of: 'gemini', models: 'sampling', without: 'imagesInResults', why: 'Gemini 2.5 takes no media in results' },
  { of: 'gemini', models: 'sampling', without: 'formatBesideTools', why: 'Gemini 2.5 takes no format beside tools' },
  { of: 'anthropic', models: 'sampling', without: 'lateInstructions', why: 'models before Opus 4.8 take none' },
]

export type Has = (feature: Feature) => boolean

/** Whether a pair shares a feature; the order of the two does not matter. */
export function sharedBy(a: Dialect, b: Dialect, models: Models): Has {
  return (feature) => {
    const ability: Ability = abilities[feature]
    const both = ability.of.includes(a) && ability.of.includes(b)
    if (!both || (ability.models ?? models) !== models) return false
    return !exceptions.some((each) => each.without === feature && each.models === models && [a, b].includes(each.of))
  }
}

/** Every ordered pair of different dialects. */
export const orderedPairs: readonly { readonly a: Dialect; readonly b: Dialect }[] = dialects.flatMap((a) =>
  dialects.filter((b) => b !== a).map((b) => ({ a, b })),
)
