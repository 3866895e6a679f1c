import { isObject, type JsonObject } from '../chat/json.ts'
import { pathOf, present, readStrings } from '../chat/read.ts'
import type { Extra } from '../chat/request.ts'
import { bothSpellings, fieldOf, keyOf, snakeOf } from './wire.ts'

/** An object of the request with its path; every field may be spelled in two ways. */
export interface Holder {
  readonly wire: JsonObject
  readonly at: string
}

/** Keys of the body that are read; every other key is told as an extra. */
const knownKeys = bothSpellings([
  'model',
  'stream',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
  'store',
  'labels',
])

const knownConfigKeys = bothSpellings([
  'maxOutputTokens',
  'stopSequences',
  'temperature',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'seed',
  'candidateCount',
  'responseLogprobs',
  'logprobs',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'thinkingConfig',
  'mediaResolution',
  'responseModalities',
])

/** What would be another kind of answer without it, by the field's name. */
const refusals: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cachedContent: 'the cached content is stored at another provider',
    continuationToken: 'the answer to be continued is stored at another provider',
    speechConfig: 'spoken answers are not converted',
    imageConfig: 'answers of images are not converted',
    responseFormat: 'only responseMimeType and a schema are converted',
  }).flatMap(([name, why]) => [
    [name, why],
    [snakeOf(name), why],
  ]),
)

/** Tells every field that is not read, and what would make another kind of answer. */
export function readExtras(wire: JsonObject, config: Holder, extras: Extra[]): void {
  tellUnknown({ wire, at: '' }, knownKeys, extras)
  tellUnknown(config, knownConfigKeys, extras)
  const thinkingKey = keyOf(config.wire, 'thinkingConfig')
  const thinking = fieldOf(config.wire, 'thinkingConfig')
  if (isObject(thinking)) {
    tellUnknown({ wire: thinking, at: pathOf(config.at, thinkingKey) }, knownThinkingKeys, extras)
  }
  readModalities(config, extras)
}

const knownThinkingKeys = bothSpellings(['thinkingLevel', 'thinkingBudget', 'includeThoughts'])

function tellUnknown({ wire, at }: Holder, known: ReadonlySet<string>, extras: Extra[]): void {
  for (const name of Object.keys(wire)) {
    const value = present(wire, name)
    if (known.has(name) || value === undefined) continue
    const path = pathOf(at, name)
    const detail = refusals.get(name)
    extras.push(
      detail === undefined
        ? { key: path, path, value, verdict: 'drop' }
        : { key: path, path, value, verdict: 'refuse', detail },
    )
  }
}

function readModalities({ wire, at }: Holder, extras: Extra[]): void {
  const key = keyOf(wire, 'responseModalities')
  const modalities = readStrings(wire, key, at) ?? []
  if (modalities.every((modality) => modality.toUpperCase() === 'TEXT')) return
  const path = pathOf(at, key)
  extras.push({ key: path, path, value: modalities, verdict: 'refuse', detail: 'only text answers are converted' })
}
