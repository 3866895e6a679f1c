import { isObject, type JsonObject, number, objects, text } from '../json.ts'
import type { GeminiModel } from '../models/gemini.ts'
import type { Seals } from '../seal.ts'
import { invalid } from './error.ts'
import { runsOf } from './pairing.ts'

/** What Google documents to be sent where there is no signature; it checks nothing then. */
const DUMMIES = ['context_engineering_is_the_way_to_go', 'skip_thought_signature_validator']
/** What keeps a signature of this dialect from passing in another. */
const DOMAIN = 'gemini'

/** The `thoughtSignature` of a part behind `reasoning`. */
export function sign(seals: Seals, reasoning: string): string {
  return seals.issue(reasoning, DOMAIN)
}

function configOf(request: JsonObject): JsonObject {
  const config = isObject(request.generationConfig) ? request.generationConfig : {}
  return isObject(config.thinkingConfig) ? config.thinkingConfig : {}
}

/** Whether thoughts are to be shown. */
export function showsThoughts(request: JsonObject): boolean {
  return configOf(request).includeThoughts === true && configOf(request).thinkingBudget !== 0
}

/** Checks the thinking a request asks for against its model. */
export function checkThinking(request: JsonObject, rules: GeminiModel): void {
  const { thinkingBudget, thinkingLevel, includeThoughts } = configOf(request)
  const budget = number(thinkingBudget)
  const level = text(thinkingLevel)
  if (budget !== undefined && level !== undefined) {
    throw invalid('You can only set only one of thinking budget and thinking level.')
  }
  if (rules.thinking === 'none') {
    if (budget || level !== undefined) throw invalid('Thinking is not supported for this model.')
    if (includeThoughts === true)
      throw invalid(
        'Thinking is not enabled for this model. include_thoughts is only enabled when thinking is enabled.',
      )
    return
  }
  if (level !== undefined && !rules.levels.includes(level)) {
    if (rules.levels.length === 0) throw invalid('Thinking level is not supported for this model.')
    throw invalid(`Thinking level ${level} is not supported for this model. Please retry with other thinking level.`)
  }
  if (budget !== undefined) checkBudget(budget, rules)
}

function checkBudget(budget: number, rules: GeminiModel): void {
  const [least, most] = rules.budgets
  if (budget === -1 || (budget === 0 && rules.thinking === 'optional')) return
  if (budget === 0) throw invalid('Budget 0 is invalid. This model only works in thinking mode.')
  if (budget >= least && budget <= most) return
  throw invalid(`The thinking budget ${budget} is invalid. Please choose a value between ${least} and ${most}.`)
}

/**
 * Checks that signatures sent back were issued here, and that none is missing: with Gemini 3 the first call of each step
 * since the user last spoke must carry one.
 */
export function checkSignatures(contents: readonly JsonObject[], rules: GeminiModel, seals: Seals): void {
  const runs = runsOf(contents)
  for (const { parts } of runs) {
    for (const part of parts) {
      const signature = text(part.thoughtSignature)
      if (!signature || DUMMIES.includes(signature) || seals.verify(plain(signature), DOMAIN)) continue
      throw invalid('Thought signature is not valid.')
    }
  }
  if (!rules.signatures) return
  const spoken = runs.findLastIndex(
    (run) => run.role === 'user' && run.parts.some((part) => part.functionResponse === undefined),
  )
  for (const { parts } of runs.slice(spoken + 1)) {
    const first = parts.findIndex((part) => isObject(part.functionCall))
    if (first >= 0 && !parts[first]?.thoughtSignature) throw missing(contents, parts[first] ?? {})
  }
}

/** Bytes may come in the alphabet of URLs. */
function plain(signature: string): string {
  return signature.replaceAll('-', '+').replaceAll('_', '/')
}

function missing(contents: readonly JsonObject[], part: JsonObject): Error {
  const name = isObject(part.functionCall) ? (text(part.functionCall.name) ?? '') : ''
  const position = contents.findIndex((content) => objects(content.parts).includes(part)) + 1
  return invalid(
    `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${name}\` , position ${position}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
  )
}
