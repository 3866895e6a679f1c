import type { JsonObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import {
  invalid,
  pathOf,
  readBoolean,
  readCount,
  readNumber,
  readObject,
  readString,
  readStrings,
} from '../chat/read.ts'
import type { ChatRequest, Extra, OutputFormat, Reasoning, RequestField } from '../chat/request.ts'
import { type Holder, readExtras } from './extras-decode.ts'
import { detailOfResolution, type PartContext } from './media-decode.ts'
import { decodeContents, decodeSystem } from './messages-decode.ts'
import { jsonSchemaOf } from './schema.ts'
import { decodeToolChoice, decodeTools, otherToolSettings } from './tools.ts'
import { keyOf, levels } from './wire.ts'

type Scalars = Partial<Pick<ChatRequest, RequestField & keyof ChatRequest>>
type Paths = { [field in RequestField]?: string }

/**
 * Reads a generateContent request. The model and whether to stream stand in the URL of this dialect: they are read from the
 * members `model` and `stream`, where the gateway puts them.
 */
export function decodeRequest(wire: JsonObject, report: Report): ChatRequest {
  const extras: Extra[] = []
  const paths: Paths = {}
  const configKey = keyOf(wire, 'generationConfig')
  const config: Holder = { wire: readObject(wire, configKey, '') ?? {}, at: configKey }
  const context = { report, ...readDetail(config, report) }
  const choice = decodeToolChoice(wire, report)
  if (choice) paths.toolChoice = choice.path
  for (const path of otherToolSettings(wire)) report.dropped(path, 'other dialects have no such setting')
  const output = readOutput(config, report)
  if (output) paths.output = output.path
  readExtras(wire, config, extras)
  return {
    model: bareName(readString(wire, 'model', '') ?? ''),
    stream: readBoolean(wire, 'stream', '') ?? false,
    system: decodeSystem(wire, context),
    turns: decodeContents(wire, context),
    tools: decodeTools(wire, report),
    ...(choice && { toolChoice: choice.toolChoice }),
    ...readSampling(config, paths, report),
    ...(output && { output: output.format }),
    ...readReasoning(config, paths, extras),
    ...readService(wire, paths, extras),
    extras,
    paths,
  }
}

/** `models/gemini-…` and `gemini-…` name the same model. */
function bareName(model: string): string {
  return model.startsWith('models/') ? model.slice('models/'.length) : model
}

function readDetail({ wire, at }: Holder, report: Report): Pick<PartContext, 'detail'> {
  const key = keyOf(wire, 'mediaResolution')
  const path = pathOf(at, key)
  const detail = detailOfResolution(readString(wire, key, at), path, report)
  return detail === undefined ? {} : { detail: { detail, detailAt: path } }
}

/** How the answer is drawn, and how long it may get. */
function readSampling({ wire, at }: Holder, paths: Paths, report: Report): Scalars {
  const number = <Field extends RequestField>(
    field: Field,
    name: string,
    read: typeof readNumber = readNumber,
  ): { [field in Field]?: number } => {
    const key = keyOf(wire, name)
    const value = read(wire, key, at)
    if (value === undefined) return {}
    paths[field] = pathOf(at, key)
    return { [field]: value } as { [field in Field]?: number }
  }
  const stopKey = keyOf(wire, 'stopSequences')
  const stop = readStrings(wire, stopKey, at) ?? []
  if (stop.length > 0) paths.stop = pathOf(at, stopKey)
  return {
    ...number('maxTokens', 'maxOutputTokens', readCount),
    ...(stop.length > 0 && { stop }),
    ...number('temperature', 'temperature'),
    ...number('topP', 'topP'),
    ...number('topK', 'topK'),
    ...number('presencePenalty', 'presencePenalty'),
    ...number('frequencyPenalty', 'frequencyPenalty'),
    ...number('seed', 'seed'),
    ...number('candidates', 'candidateCount', readCount),
    ...readLogprobs({ wire, at }, paths, report),
  }
}

function readLogprobs({ wire, at }: Holder, paths: Paths, report: Report): Pick<ChatRequest, 'logprobs'> {
  const key = keyOf(wire, 'responseLogprobs')
  const top = readCount(wire, 'logprobs', at)
  if (!readBoolean(wire, key, at)) {
    if (top !== undefined) report.dropped(pathOf(at, 'logprobs'), `has no effect without ${key}`)
    return {}
  }
  paths.logprobs = pathOf(at, key)
  paths.topLogprobs = pathOf(at, 'logprobs')
  return { logprobs: top === undefined ? {} : { top } }
}

/** The form the answer is to have. A schema in either field is one of JSON, whether or not the media type says so too. */
function readOutput(
  { wire, at }: Holder,
  report: Report,
): { readonly format: OutputFormat; readonly path: string } | undefined {
  const typeKey = keyOf(wire, 'responseMimeType')
  const mimeType = readString(wire, typeKey, at)
  const path = pathOf(at, typeKey)
  const schema = readSchema({ wire, at })
  if (mimeType === 'text/x.enum') report.approximated(path, 'the value is asked for as a JSON string')
  else if (mimeType !== undefined && mimeType !== 'text/plain' && mimeType !== 'application/json') {
    report.refuse(path, `an answer of type ${mimeType} is not converted`)
  }
  if (schema) return { format: { type: 'json-schema', schema: schema.value }, path: schema.path }
  return mimeType === 'application/json' ? { format: { type: 'json' }, path } : undefined
}

function readSchema({ wire, at }: Holder): { readonly value: JsonObject; readonly path: string } | undefined {
  const jsonKey = keyOf(wire, 'responseJsonSchema')
  const verbatim = readObject(wire, jsonKey, at)
  if (verbatim) return { value: verbatim, path: pathOf(at, jsonKey) }
  const key = keyOf(wire, 'responseSchema')
  const subset = readObject(wire, key, at)
  const path = pathOf(at, key)
  return subset && { value: jsonSchemaOf(subset, path), path }
}

function readReasoning({ wire, at }: Holder, paths: Paths, extras: Extra[]): Pick<ChatRequest, 'reasoning'> {
  const key = keyOf(wire, 'thinkingConfig')
  const config = readObject(wire, key, at)
  if (config === undefined) return {}
  const path = pathOf(at, key)
  const reasoning: Reasoning = {
    ...readLevel({ wire: config, at: path }, extras),
    ...readBudget({ wire: config, at: path }),
    ...(readBoolean(config, keyOf(config, 'includeThoughts'), path) && { display: 'summarized' }),
  }
  if (Object.keys(reasoning).length === 0) return {}
  paths.reasoning = path
  paths.budget = pathOf(path, keyOf(config, 'thinkingBudget'))
  paths.display = pathOf(path, keyOf(config, 'includeThoughts'))
  return { reasoning }
}

function readLevel({ wire, at }: Holder, extras: Extra[]): Pick<Reasoning, 'effort'> {
  const key = keyOf(wire, 'thinkingLevel')
  const word = readString(wire, key, at)
  // Some clients write the level in lower case.
  const level = levels.find((known) => known === word?.toLowerCase())
  if (level !== undefined) return { effort: level }
  if (word !== undefined && word.toUpperCase() !== 'THINKING_LEVEL_UNSPECIFIED') {
    const path = pathOf(at, key)
    extras.push({ key: path, path, value: word, verdict: 'drop', detail: 'not a level this version knows' })
  }
  return {}
}

/** 0 turns thinking off, -1 leaves it to the model. */
function readBudget({ wire, at }: Holder): Pick<Reasoning, 'mode' | 'budget'> {
  const key = keyOf(wire, 'thinkingBudget')
  const budget = readNumber(wire, key, at)
  if (budget === undefined) return {}
  if (budget === -1) return { mode: 'adaptive' }
  if (budget === 0) return { mode: 'disabled' }
  if (!Number.isInteger(budget) || budget < 0) invalid(pathOf(at, key), 'must be a whole number, -1 or more')
  return { mode: 'enabled', budget }
}

/** Service tiers in OpenAI's words. */
const tiers: ReadonlyMap<string, string> = new Map([
  ['flex', 'flex'],
  ['priority', 'priority'],
  ['standard', 'default'],
])

/** At what price, and what the provider keeps. */
function readService(wire: JsonObject, paths: Paths, extras: Extra[]): Scalars {
  const tierKey = keyOf(wire, 'serviceTier')
  const word = readString(wire, tierKey, '')?.toLowerCase()
  const serviceTier = word === undefined ? undefined : tiers.get(word)
  if (serviceTier !== undefined) paths.serviceTier = tierKey
  else if (word !== undefined && word !== 'unspecified') {
    extras.push({ key: tierKey, path: tierKey, value: word, verdict: 'drop' })
  }
  const store = readBoolean(wire, 'store', '')
  if (store !== undefined) paths.store = 'store'
  const metadata = readLabels(wire)
  if (metadata) paths.metadata = 'labels'
  return {
    ...(serviceTier !== undefined && { serviceTier }),
    ...(store !== undefined && { store }),
    ...(metadata && { metadata }),
  }
}

function readLabels(wire: JsonObject): Readonly<Record<string, string>> | undefined {
  const labels = readObject(wire, 'labels', '')
  if (labels === undefined) return undefined
  const entries = Object.entries(labels).map(([key, value]): [string, string] =>
    typeof value === 'string' ? [key, value] : invalid(pathOf('labels', key), 'must be a string'),
  )
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
