import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { vi } from 'vitest'
import { convertReply, type Dialect, type JsonObject } from '../src/index.ts'
import { type Case, everyCase, everyWholeCase, fixed, type WholeCase } from './corpus.ts'
import { converted, optionsOf, wantsAll } from './streams.ts'

/** The official SDKs read what is written for their dialects: their accumulators are the judges of our streams. */

/** What the providers answer next. */
let answer = ''
const answering = {
  fetch: (): Promise<Response> =>
    Promise.resolve(new Response(answer, { headers: { 'content-type': 'text/event-stream' } })),
  apiKey: 'none',
  maxRetries: 0,
}
const anthropic = new Anthropic(answering)
const openai = new OpenAI(answering)
const google = new GoogleGenAI({ apiKey: 'none' })

export function streamOf({ stream, dialect }: Case, to: Dialect): string {
  return converted([stream], optionsOf(dialect, to)).text
}

/** A stream of which a third has come. */
export function cutOf({ stream, dialect }: Case, to: Dialect): string {
  return converted([stream.subarray(0, stream.length / 3)], optionsOf(dialect, to)).text
}

export function replyOf({ dialect, reply }: WholeCase, to: Dialect): JsonObject {
  const { body } = convertReply(reply, { from: dialect, to, request: wantsAll, ...fixed })
  return JSON.parse(JSON.stringify(body)) as JsonObject
}

export function messages(text: string): Promise<Anthropic.Message> {
  answer = text
  const body = { model: 'm', max_tokens: 1, messages: [{ role: 'user' as const, content: 'x' }] }
  return anthropic.messages.stream(body).finalMessage()
}

export function chat(text: string): Promise<OpenAI.ChatCompletion> {
  answer = text
  const body = { model: 'm', messages: [{ role: 'user' as const, content: 'x' }] }
  return openai.chat.completions.stream(body).finalChatCompletion()
}

export function response(text: string): Promise<OpenAI.Responses.Response> {
  answer = text
  return openai.responses.stream({ model: 'm', input: 'x' }).finalResponse()
}

export async function completion(text: string): Promise<OpenAI.Completion[]> {
  answer = text
  const chunks: OpenAI.Completion[] = []
  const stream = await openai.completions.create({ model: 'm', prompt: 'x', stream: true })
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

/** The chunks of Google's client, which has no place for a `fetch` of one's own: a test that calls this unstubs it. */
export async function contents(text: string): Promise<JsonObject[]> {
  answer = text
  vi.stubGlobal('fetch', answering.fetch)
  const chunks: JsonObject[] = []
  for await (const chunk of await google.models.generateContentStream({ model: 'm', contents: 'x' })) {
    chunks.push(JSON.parse(JSON.stringify(chunk)) as JsonObject)
  }
  return chunks
}

/** The cases of all dialects but one: those that came to their end. */
export const others = (dialect: Dialect): WholeCase[] => everyWholeCase.filter((each) => each.dialect !== dialect)
/** Those that ended in an error. */
export const broken = (dialect: Dialect): Case[] =>
  everyCase.filter((each) => each.dialect !== dialect && each.reply === undefined)
