import type { Endpoint, Opened } from '../endpoint.ts'
import { isObject, type JsonObject } from '../json.ts'
import { chatEndpoint } from '../openai-chat/endpoint.ts'
import type { Turn } from '../turn.ts'
import { reply } from './reply.ts'
import { stream } from './stream.ts'
import { validate } from './validate.ts'

function open(body: JsonObject): Opened {
  const { prompts, turn } = validate(body)
  const [first = { text: '', tokens: 0 }, ...others] = prompts
  const asked = (text: string): Turn => ({ ...turn, userText: text })
  const options = { prompts, count: turn.count, echo: body.echo === true, logprobs: typeof body.logprobs === 'number' }
  const includeUsage = isObject(body.stream_options) && body.stream_options.include_usage === true
  return {
    turns: [asked(first.text), ...others.map((prompt) => asked(prompt.text))],
    caching: 'implicit',
    reply: (generation) => reply(generation, options),
    stream: (generation) => stream(generation, { ...options, includeUsage }),
  }
}

/** `POST /v1/completions`. */
export const completionsEndpoint: Endpoint = {
  ...chatEndpoint,
  dialect: 'openai-completions',
  idPrefix: 'cmpl-',
  open,
}
