import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/index.ts'
import { type Base, expectVerdict, silent, type Verdict } from './event-verdicts.ts'
import { membersOf } from './sdk-replies.ts'

/** Every member of the chunks that the SDKs declare, put into a stream before its end, as `event-fields.test.ts` does with events. */

const known = silent('what it says is known from the chunk before')
const own = silent('answers a field of the request that no other dialect has')
const elsewhere = silent('means nothing elsewhere')
const constant = silent('always the same word')
const lastSays = silent('the last chunk says why the answer ended')

const chunk = (delta: JsonObject, more: JsonObject = {}, choice: JsonObject = {}): JsonObject => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: null, ...choice }],
  ...more,
})

const chat: Base = {
  from: 'openai-chat',
  to: 'openai-responses',
  before: [chunk({ role: 'assistant', content: 'Hi' })],
  after: [chunk({}, {}, { finish_reason: 'stop' })],
}

const chunkFields: Readonly<Record<string, readonly [event: JsonObject, verdict: Verdict]>> = {
  id: [chunk({}, { id: 'other' }), known],
  choices: [chunk({ content: 'x' }), 'matters'],
  created: [chunk({}, { created: 2 }), known],
  model: [chunk({}, { model: 'other' }), known],
  object: [chunk({}, { object: 'other' }), known],
  moderation: [chunk({}, { moderation: {} }), own],
  obfuscation: [chunk({}, { obfuscation: 'x' }), silent('is padding')],
  service_tier: [chunk({}, { service_tier: 'priority' }), 'matters'],
  system_fingerprint: [chunk({}, { system_fingerprint: 'x' }), elsewhere],
  usage: [chunk({}, { usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } }), 'matters'],
}

const deltaFields: Readonly<Record<string, readonly [delta: JsonObject, verdict: Verdict]>> = {
  audio: [{ audio: { id: 'a', data: 'AA==', transcript: 'x' } }, 'matters'],
  content: [{ content: 'x' }, 'matters'],
  function_call: [{ function_call: { name: 'f', arguments: '{}' } }, 'matters'],
  refusal: [{ refusal: 'x' }, 'matters'],
  role: [{ role: 'assistant' }, constant],
  tool_calls: [
    { tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }] },
    'matters',
  ],
}

const choiceFields: Readonly<Record<string, readonly [choice: JsonObject, verdict: Verdict]>> = {
  delta: [{ delta: { content: 'x' } }, 'matters'],
  finish_reason: [{ finish_reason: 'length' }, lastSays],
  index: [{ index: 1, delta: { content: 'x' } }, 'matters'],
  logprobs: [
    { delta: { content: 'x' }, logprobs: { content: [{ token: 'x', logprob: -1, bytes: null, top_logprobs: [] }] } },
    'matters',
  ],
}

describe('chunks of openai-chat', () => {
  it('every field the SDK declares is probed', () => {
    expect(Object.keys(chunkFields).sort()).toEqual(membersOf('chat', 'ChatCompletionChunk').sort())
    expect(Object.keys(choiceFields).sort()).toEqual(membersOf('chat', 'ChatCompletionChunk.Choice').sort())
    expect(Object.keys(deltaFields).sort()).toEqual(membersOf('chat', 'ChatCompletionChunk.Choice.Delta').sort())
  })

  it.each(Object.entries(chunkFields))('%s', (_field, [event, verdict]) => {
    expectVerdict(chat, { event, verdict })
  })

  it.each(Object.entries(deltaFields))('delta.%s', (_field, [delta, verdict]) => {
    expectVerdict(chat, { event: chunk(delta), verdict })
  })

  it.each(Object.entries(choiceFields))('choice.%s', (_field, [choice, verdict]) => {
    expectVerdict(chat, { event: chunk({}, {}, choice), verdict })
  })
})

const textChunk = (choice: JsonObject, more: JsonObject = {}): JsonObject => ({
  id: 'c',
  object: 'text_completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, text: '', logprobs: null, finish_reason: null, ...choice }],
  ...more,
})

const completions: Base = {
  from: 'openai-completions',
  to: 'openai-chat',
  before: [textChunk({ text: 'Hi' })],
  after: [textChunk({ finish_reason: 'stop' })],
}

const textChunkFields: Readonly<Record<string, readonly [event: JsonObject, verdict: Verdict]>> = {
  id: [textChunk({}, { id: 'other' }), known],
  choices: [textChunk({ text: 'x' }), 'matters'],
  created: [textChunk({}, { created: 2 }), known],
  model: [textChunk({}, { model: 'other' }), known],
  object: [textChunk({}, { object: 'other' }), known],
  system_fingerprint: [textChunk({}, { system_fingerprint: 'x' }), elsewhere],
  usage: [textChunk({}, { usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } }), 'matters'],
}

const textChoiceFields: Readonly<Record<string, readonly [choice: JsonObject, verdict: Verdict]>> = {
  finish_reason: [{ finish_reason: 'length' }, lastSays],
  index: [{ index: 1, text: 'x' }, 'matters'],
  logprobs: [{ text: 'x', logprobs: { tokens: ['x'], token_logprobs: [-1] } }, 'matters'],
  text: [{ text: 'x' }, 'matters'],
}

const logprobFields: Readonly<Record<string, readonly [logprobs: JsonObject, verdict: Verdict]>> = {
  text_offset: [{ text_offset: [2] }, silent('is the sum of the tokens before')],
  token_logprobs: [{ token_logprobs: [-9] }, 'matters'],
  tokens: [{ tokens: ['y'] }, 'matters'],
  top_logprobs: [{ top_logprobs: [{ x: -1, y: -2 }] }, 'matters'],
}

describe('chunks of openai-completions', () => {
  it('every field the SDK declares is probed', () => {
    expect(Object.keys(textChunkFields).sort()).toEqual(membersOf('completions', 'Completion').sort())
    expect(Object.keys(textChoiceFields).sort()).toEqual(membersOf('completions', 'CompletionChoice').sort())
    expect(Object.keys(logprobFields).sort()).toEqual(membersOf('completions', 'CompletionChoice.Logprobs').sort())
  })

  it.each(Object.entries(textChunkFields))('%s', (_field, [event, verdict]) => {
    expectVerdict(completions, { event, verdict })
  })

  it.each(Object.entries(textChoiceFields))('choice.%s', (_field, [choice, verdict]) => {
    expectVerdict(completions, { event: textChunk(choice), verdict })
  })

  it.each(Object.entries(logprobFields))('logprobs.%s', (_field, [members, verdict]) => {
    const before = {
      text: 'x',
      logprobs: { tokens: ['x'], token_logprobs: [-1], top_logprobs: [{ x: -1 }], text_offset: [0] },
    }
    const told = { ...before, logprobs: { ...before.logprobs, ...members } }
    expectVerdict(completions, { instead: textChunk(before), event: textChunk(told), verdict })
  })
})

const part = (part: JsonObject, candidate: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  candidates: [{ content: { role: 'model', parts: [part] }, index: 0, ...candidate }],
  modelVersion: 'm',
  responseId: 'r',
  ...more,
})

const gemini: Base = {
  from: 'gemini',
  to: 'openai-responses',
  before: [part({ text: 'Hi' })],
  after: [part({ text: '' }, { finishReason: 'STOP' })],
}

const bySdk = silent('the SDK adds it itself')
const finer = silent('other dialects do not count or say it so finely')

const geminiFields: Readonly<Record<string, readonly [members: JsonObject, verdict: Verdict]>> = {
  sdkHttpResponse: [{ sdkHttpResponse: {} }, bySdk],
  candidates: [part({ text: 'x' }), 'matters'],
  createTime: [{ createTime: '2026-01-01T00:00:00Z' }, known],
  automaticFunctionCallingHistory: [{ automaticFunctionCallingHistory: [] }, bySdk],
  modelVersion: [{ modelVersion: 'other' }, known],
  promptFeedback: [{ promptFeedback: { blockReason: 'SAFETY' }, candidates: [] }, lastSays],
  responseId: [{ responseId: 'other' }, known],
  usageMetadata: [{ usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4 } }, 'matters'],
  modelStatus: [{ modelStatus: { modelStage: 'PREVIEW' } }, own],
}

const candidateFields: Readonly<Record<string, readonly [candidate: JsonObject, verdict: Verdict]>> = {
  content: [{ content: { parts: [{ text: 'x' }] } }, 'matters'],
  citationMetadata: [
    { citationMetadata: { citations: [{ uri: 'https://a.example', startIndex: 0, endIndex: 2 }] } },
    'matters',
  ],
  finishMessage: [{ finishMessage: 'x' }, silent('says why an answer was withheld')],
  tokenCount: [{ tokenCount: 3 }, finer],
  finishReason: [{ finishReason: 'MAX_TOKENS' }, lastSays],
  groundingMetadata: [
    { groundingMetadata: { groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }] } },
    'matters',
  ],
  avgLogprobs: [{ avgLogprobs: -1 }, finer],
  index: [{ index: 1, content: { parts: [{ text: 'x' }] } }, 'matters'],
  logprobsResult: [
    { logprobsResult: { chosenCandidates: [{ token: 'x', logProbability: -1 }], topCandidates: [{ candidates: [] }] } },
    'matters',
  ],
  safetyRatings: [{ safetyRatings: [{ category: 'HARM_CATEGORY_HARASSMENT', probability: 'LOW' }] }, own],
  urlContextMetadata: [{ urlContextMetadata: { urlMetadata: [] } }, own],
  continuationToken: [{ continuationToken: 't' }, own],
}

const partFields: Readonly<Record<string, readonly [part: JsonObject, verdict: Verdict]>> = {
  mediaResolution: [{ mediaResolution: { level: 'LOW' } }, finer],
  toolCall: [{ toolCall: { id: 'x', toolType: 'GOOGLE_SEARCH_WEB' } }, 'matters'],
  toolResponse: [{ toolResponse: { id: 'x', toolType: 'GOOGLE_SEARCH_WEB' } }, 'matters'],
  audioTranscription: [{ audioTranscription: { text: 'x' } }, 'matters'],
  codeExecutionResult: [{ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } }, 'matters'],
  executableCode: [{ executableCode: { language: 'PYTHON', code: '1' } }, 'matters'],
  fileData: [{ fileData: { fileUri: 'gs://x', mimeType: 'image/png' } }, 'matters'],
  functionCall: [{ functionCall: { name: 'g', args: {} } }, 'matters'],
  functionResponse: [{ functionResponse: { name: 'g', response: {} } }, 'matters'],
  inlineData: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }, 'matters'],
  text: [{ text: 'more' }, 'matters'],
  thought: [{ thought: true, text: 'more' }, 'matters'],
  thoughtSignature: [{ thoughtSignature: 'sig' }, 'matters'],
  videoMetadata: [{ videoMetadata: { fps: 1 } }, finer],
  partMetadata: [{ partMetadata: { a: 1 } }, own],
  mediaProcessing: [{ mediaProcessing: {} }, finer],
  speechMetadata: [{ speechMetadata: {} }, own],
}

describe('chunks of gemini', () => {
  it('every field the SDK declares is probed', () => {
    expect(Object.keys(geminiFields).sort()).toEqual(membersOf('genai', 'GenerateContentResponse').sort())
    expect(Object.keys(candidateFields).sort()).toEqual(membersOf('genai', 'Candidate').sort())
    expect(Object.keys(partFields).sort()).toEqual(membersOf('genai', 'Part').sort())
  })

  it.each(Object.entries(geminiFields))('%s', (_field, [members, verdict]) => {
    expectVerdict(gemini, { event: part({ text: '' }, {}, members), verdict })
  })

  it.each(Object.entries(candidateFields))('candidate.%s', (_field, [candidate, verdict]) => {
    expectVerdict(gemini, { event: part({ text: '' }, candidate), verdict })
  })

  it.each(Object.entries(partFields))('part.%s', (_field, [members, verdict]) => {
    expectVerdict(gemini, { event: part(members), verdict })
  })
})
