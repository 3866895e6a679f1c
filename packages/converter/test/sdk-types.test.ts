import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { expect, it } from 'vitest'
import { anthropicUpstream } from '../src/anthropic.ts'
import { convertReply, convertRequest, openStream } from '../src/index.ts'
import { openaiChatClient } from '../src/openai-chat.ts'
import { pairOf } from '../src/pair.ts'

/** What a TypeScript program with an SDK's types writes; that it compiles is half of the test. */

const request: OpenAI.ChatCompletionCreateParamsNonStreaming = {
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Hello' }],
}

const message: Anthropic.Messages.Message = {
  ...({} as Anthropic.Messages.Message),
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'Hi there.', citations: null }],
  stop_reason: 'end_turn',
}

it('takes what the SDKs have types for, and gives it the type that is asked for', () => {
  const sent = convertRequest<Anthropic.MessageCreateParams>(request, {
    from: 'openai-chat',
    to: 'anthropic',
    model: 'claude-sonnet-4-5',
  })
  const params: Anthropic.MessageCreateParams = sent.body
  expect(params.model).toBe('claude-sonnet-4-5')
  const answer: OpenAI.ChatCompletion = convertReply<OpenAI.ChatCompletion>(message, {
    from: 'anthropic',
    to: 'openai-chat',
    request,
  }).body
  expect(answer.choices[0]?.message.content).toBe('Hi there.')
  expect(openStream({ from: 'anthropic', to: 'openai-chat', request }).phase).toBe('waiting')
})

it('does so for a pair', () => {
  const pair = pairOf(openaiChatClient, anthropicUpstream)
  const { body } = pair.request<Anthropic.MessageCreateParams>(request, { model: 'claude-sonnet-4-5' })
  const messages: Anthropic.MessageParam[] = body.messages
  expect(messages).toHaveLength(1)
  const reply: OpenAI.ChatCompletion = pair.reply<OpenAI.ChatCompletion>(message, { request }).body
  expect(reply.object).toBe('chat.completion')
})

it('refuses an array, which is an object to the compiler only', () => {
  const convert = (): unknown => convertRequest([request], { from: 'openai-chat', to: 'anthropic' })
  expect(convert).toThrow('the request body must be a JSON object')
})
