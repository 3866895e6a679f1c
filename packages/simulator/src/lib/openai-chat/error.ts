import type { JsonObject } from '../json.ts'
import { type ErrorReply, Refused } from '../refused.ts'
import { type Bound, kindOf, type Path, plainSteps, type Wording } from '../shape.ts'

/** OpenAI's error body: all four keys are always there. */
export function errorBody(message: string, type: string, param: string | null, code: string | null): JsonObject {
  return { error: { message, type, param, code } }
}

/** A request OpenAI turns down with 400. */
export function invalid(message: string, param: string | null = null, code: string | null = null): Refused {
  return new Refused(message, { status: 400, body: errorBody(message, 'invalid_request_error', param, code) })
}

/** `messages[0].content[1].type`, as OpenAI writes paths. */
export function pathText(path: Path): string {
  return plainSteps(path)
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('')
}

/** `'a', 'b', and 'c'` */
export function listed(words: readonly string[], last = 'and'): string {
  const quoted = words.map((word) => `'${word}'`)
  if (quoted.length < 3) return quoted.join(` ${last} `)
  return `${quoted.slice(0, -1).join(', ')}, ${last} ${quoted.at(-1)}`
}

const EXPECTED = {
  string: 'a string',
  integer: 'an integer',
  number: 'a decimal',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
  null: 'null',
  'string or array': 'one of an array of objects or string',
}

const GOT: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'an integer',
  decimal: 'a decimal number',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
  null: 'null',
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function bounded(path: Path, what: string, bound: Bound, expected: string): Refused {
  const where = pathText(path)
  const side = bound.side === 'min' ? 'below minimum' : 'above maximum'
  const code = `${what}_${bound.side === 'min' ? 'below_min' : 'above_max'}_value`
  return invalid(
    `Invalid '${where}': ${what} ${side} value. Expected a value ${expected}, but got ${bound.actual} instead.`,
    where,
    code,
  )
}

function sized(path: Path, { side, limit, actual }: Bound, of: 'string' | 'array'): Refused {
  const where = pathText(path)
  if (actual === 0) {
    const message = `Invalid '${where}': empty ${of}. Expected ${of === 'array' ? 'an array' : 'a string'} with minimum length ${limit}, but got an empty ${of} instead.`
    return invalid(message, where, `empty_${of}`)
  }
  const [fault, bound, code] = side === 'min' ? ['short', 'minimum', 'below_min'] : ['long', 'maximum', 'above_max']
  const article = of === 'array' ? 'an array' : 'a string'
  return invalid(
    `Invalid '${where}': ${of} too ${fault}. Expected ${article} with ${bound} length ${limit}, but got ${article} with length ${actual} instead.`,
    where,
    `${of}_${code}_length`,
  )
}

/** How OpenAI words mistakes in a body. */
export const wording: Wording = {
  unknown: (path) => {
    const where = pathText(path)
    if (path.length === 1) return invalid(`Unrecognized request argument supplied: ${where}`)
    return invalid(`Unknown parameter: '${where}'.`, where, 'unknown_parameter')
  },
  missing: (path) =>
    invalid(`Missing required parameter: '${pathText(path)}'.`, pathText(path), 'missing_required_parameter'),
  type: (path, expected, value) => {
    const where = pathText(path)
    const got = GOT[kindOf(value)] ?? 'something else'
    return invalid(
      `Invalid type for '${where}': expected ${EXPECTED[expected]}, but got ${got} instead.`,
      where,
      'invalid_type',
    )
  },
  choice: (path, allowed, value) => {
    const where = pathText(path)
    return invalid(
      `Invalid value: '${shown(value)}'. Supported values are: ${listed(allowed)}.`,
      where,
      'invalid_value',
    )
  },
  variant: (path, key, allowed, value) => {
    const where = pathText([...path, key])
    return invalid(
      `Invalid value: '${shown(value)}'. Supported values are: ${listed(allowed)}.`,
      where,
      'invalid_value',
    )
  },
  range: (path, bound, whole) => {
    return bounded(path, whole ? 'integer' : 'decimal', bound, `${bound.side === 'min' ? '>=' : '<='} ${bound.limit}`)
  },
  length: sized,
  pattern: (path, pattern) => {
    const where = pathText(path)
    const message = `Invalid '${where}': string does not match pattern. Expected a string that matches the pattern '${pattern.source}'.`
    return invalid(message, where, 'invalid_value')
  },
}

interface Typical {
  type: string
  code: string | null
  message: string
}

const SERVER: Typical = {
  type: 'server_error',
  code: null,
  message: 'The server had an error while processing your request. Sorry about that!',
}

const TYPICAL: Readonly<Record<number, Typical>> = {
  400: { type: 'invalid_request_error', code: null, message: 'We could not parse the JSON body of your request.' },
  401: { type: 'invalid_request_error', code: 'invalid_api_key', message: 'Incorrect API key provided.' },
  402: {
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    message: 'You exceeded your current quota, please check your plan and billing details.',
  },
  403: {
    type: 'invalid_request_error',
    code: 'unsupported_country_region_territory',
    message: 'Country, region, or territory not supported',
  },
  404: {
    type: 'invalid_request_error',
    code: 'model_not_found',
    message: 'The model does not exist or you do not have access to it.',
  },
  408: { type: 'timeout', code: null, message: 'Request timed out.' },
  409: { type: 'conflict', code: null, message: 'The request conflicts with another one.' },
  413: { type: 'invalid_request_error', code: null, message: 'Request body is too large.' },
  429: {
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: 'Rate limit reached for requests. Please try again later.',
  },
  500: SERVER,
  502: { ...SERVER, message: 'Bad gateway.' },
  503: { ...SERVER, message: 'That model is currently overloaded with other requests.' },
  504: { ...SERVER, message: 'Gateway timeout.' },
}

/** What OpenAI answers with a status, as `[[fault status=…]]` wants it. */
export function typicalError(status: number, message: string | undefined): JsonObject {
  const typical = TYPICAL[status] ?? (status < 500 ? { ...SERVER, type: 'invalid_request_error' } : SERVER)
  return errorBody(message ?? typical.message, typical.type, null, typical.code)
}

/** 401 in OpenAI's words. Of the key only the last four characters are shown. */
export function unauthorized(key: string): ErrorReply {
  const message =
    key === ''
      ? "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
      : `Incorrect API key provided: ***${key.slice(-4)}. You can find your API key at https://platform.openai.com/account/api-keys.`
  const code = key === '' ? null : 'invalid_api_key'
  return { status: 401, body: errorBody(message, 'invalid_request_error', null, code) }
}

/** 404 for a model there is not. */
export function modelNotFound(model: string): ErrorReply {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`
  return { status: 404, body: errorBody(message, 'invalid_request_error', null, 'model_not_found') }
}

/** Azure's 401. */
export const AZURE_UNAUTHORIZED: ErrorReply = {
  status: 401,
  body: {
    error: {
      code: '401',
      message:
        'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
    },
  },
}

/** Azure's 404 for a path it does not know, such as one without `api-version`. */
export const AZURE_NOT_FOUND: ErrorReply = {
  status: 404,
  body: { error: { code: '404', message: 'Resource not found' } },
}

/** Azure's 404 for a deployment there is not. */
export const AZURE_NO_DEPLOYMENT: ErrorReply = {
  status: 404,
  body: {
    error: {
      code: 'DeploymentNotFound',
      message:
        'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.',
    },
  },
}
