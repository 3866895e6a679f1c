import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import { arrayAt, numberAt, stringAt } from '../chat/read.ts'

/** Reads `logprobsResult` as the canon has log-probabilities: OpenAI's `{content: […]}`. Undefined when there is none. */
export function decodeLogprobs(wire: JsonValue | undefined): JsonObject | undefined {
  if (!isObject(wire)) return undefined
  const chosen = arrayAt(wire, 'chosenCandidates')
  if (chosen.length === 0) return undefined
  const top = arrayAt(wire, 'topCandidates')
  return {
    content: chosen.filter(isObject).map((candidate, i) => {
      const step = top[i]
      const others = isObject(step) ? arrayAt(step, 'candidates').filter(isObject) : []
      return { ...token(candidate), top_logprobs: others.map(token) }
    }),
    refusal: null,
  }
}

function token(candidate: JsonObject): JsonObject {
  return {
    token: stringAt(candidate, 'token') ?? '',
    logprob: numberAt(candidate, 'logProbability') ?? 0,
    bytes: null,
  }
}

/** Writes the canon's log-probabilities as `logprobsResult`; undefined for what does not have OpenAI's form. */
export function encodeLogprobs(value: JsonValue | undefined): JsonObject | undefined {
  const tokens = isObject(value) ? arrayAt(value, 'content').filter(isObject) : []
  if (tokens.length === 0) return undefined
  return {
    chosenCandidates: tokens.map(candidate),
    topCandidates: tokens.map((one) => ({
      candidates: arrayAt(one, 'top_logprobs').filter(isObject).map(candidate),
    })),
  }
}

function candidate(one: JsonObject): JsonObject {
  return { token: stringAt(one, 'token') ?? '', logProbability: numberAt(one, 'logprob') ?? 0 }
}
