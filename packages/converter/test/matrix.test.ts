import { describe, expect, it } from 'vitest'
import { ConversionError, convertReply, convertRequest, openStream } from '../src/index.ts'
import type { Dialect } from '../src/lib/chat/dialect.ts'
import type { JsonObject } from '../src/lib/chat/json.ts'
import type { Loss } from '../src/lib/chat/loss.ts'
import { type Case, corpus, fixed, targetsOf } from './corpus.ts'

/**
 * Every case of the corpus in every other dialect, as files to be read: what an upstream of that dialect gets for the request,
 * and what a client of that dialect gets for the answer.
 */

/** A model of each generation, because what may be sent differs; the first is shown whole, the others where they differ. */
const models: { readonly [dialect in Dialect]?: readonly string[] } = {
  anthropic: ['claude-sonnet-4-5', 'claude-opus-4-8', 'claude-opus-5-5'],
  'openai-chat': ['gpt-4.1', 'gpt-5.6-sol', 'llama-3.3-70b'],
  'openai-completions': ['gpt-3.5-turbo-instruct'],
}

interface Outcome {
  readonly body?: JsonObject
  readonly text: string
}

function requestFor(each: Case, to: Dialect, model: string): Outcome {
  if (each.request === undefined) return { text: 'none' }
  try {
    const { body, losses } = convertRequest(each.request, { from: each.dialect, to, model })
    return { body, text: `${JSON.stringify(body, null, 2)}\n${lossText(losses)}` }
  } catch (cause) {
    if (!ConversionError.is(cause)) throw cause
    return { text: `${cause.code}: ${cause.message}` }
  }
}

function lossText(losses: readonly Loss[]): string {
  const lines = losses.map(({ path, kind, detail }) => `- ${path} ${kind}: ${detail}`)
  return ['losses:', ...(lines.length === 0 ? ['- none'] : lines)].join('\n')
}

/** What a client of the other dialect sent to get this case's answer: the same request, and it wants to know the usage. */
function clientRequest(body: JsonObject | undefined): JsonObject {
  return { ...body, stream: true, stream_options: { include_usage: true } }
}

function replyFor(each: Case, to: Dialect, request: JsonObject): string {
  if (each.reply === undefined) return 'none'
  const { body, losses } = convertReply(each.reply, { from: each.dialect, to, request, ...fixed })
  return `${JSON.stringify(body, null, 2)}\n${lossText(losses)}`
}

function streamFor(each: Case, to: Dialect, request: JsonObject): string {
  const stream = openStream({ from: each.dialect, to, request, ...fixed })
  const text = stream.push(each.stream) + stream.end()
  return `${text}${lossText(stream.losses)}`
}

function page(each: Case, to: Dialect): string {
  const [first = '', ...others] = models[to] ?? []
  const shown = requestFor(each, to, first)
  const sections = [`# ${each.dialect}/${each.name} in ${to}`, `## request, ${first}\n${shown.text}`]
  for (const model of others) {
    const other = requestFor(each, to, model)
    if (other.text.replaceAll(model, first) !== shown.text) sections.push(`## request, ${model}\n${other.text}`)
  }
  const request = clientRequest(shown.body)
  sections.push(`## reply\n${replyFor(each, to, request)}`, `## stream\n${streamFor(each, to, request)}`)
  return `${sections.join('\n\n')}\n`
}

describe('the corpus in every other dialect', () => {
  const pairs = corpus.flatMap((each) => targetsOf(each.dialect).map((to) => ({ each, to })))

  it.each(pairs)('$each.dialect/$each.name in $to', async ({ each, to }) => {
    await expect(page(each, to)).toMatchFileSnapshot(`__snapshots__/matrix/${to}/${each.dialect}.${each.name}.txt`)
  })
})
