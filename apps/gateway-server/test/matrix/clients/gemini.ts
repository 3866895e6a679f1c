import type { Candidate, GenerateContentConfig, GenerateContentResponse, Part } from '@google/genai'
import {
  type Answer,
  type Client,
  parametersOf,
  resultsOf,
  type Said,
  type Settings,
  type Turn,
} from '../conversation.ts'

export const googleGenai: Client = {
  name: 'gemini',
  open(gateway, settings, way) {
    // The SDK's own chat keeps the history, in whatever pieces a stream gave.
    const chat = gateway.google().chats.create({ model: settings.model, config: configOf(settings) })
    let last: Answer | undefined
    return {
      async ask(turn) {
        const message = partsOf(turn, last)
        const chunks: GenerateContentResponse[] = []
        if (way === 'whole') chunks.push(await chat.sendMessage({ message }))
        else for await (const chunk of await chat.sendMessageStream({ message })) chunks.push(chunk)
        last = answerOf(chunks)
        return last
      },
    }
  },
}

function configOf({ system, tools, reasoning, schema, maxTokens }: Settings): GenerateContentConfig {
  return {
    ...(system !== undefined && { systemInstruction: system }),
    ...(reasoning && { thinkingConfig: { includeThoughts: true, thinkingBudget: 2_048 } }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(schema && { responseMimeType: 'application/json', responseJsonSchema: schema }),
    ...(tools && {
      tools: [
        {
          functionDeclarations: Object.entries(tools).map(([name, properties]) => ({
            name,
            description: `Calls ${name}.`,
            parametersJsonSchema: parametersOf(properties),
          })),
        },
      ],
    }),
  }
}

function partsOf(turn: Turn, last: Answer | undefined): Part[] {
  if ('say' in turn) return turn.say.map(partOf)
  return resultsOf(turn, last).map(({ id, name, output }) => ({
    functionResponse: { ...(id !== '' && { id }), name, response: { output } },
  }))
}

function partOf(said: Said): Part {
  if ('text' in said) return { text: said.text }
  if ('png' in said) return { inlineData: { mimeType: 'image/png', data: said.png } }
  return { inlineData: { mimeType: 'application/pdf', data: said.pdf } }
}

function answerOf(chunks: readonly GenerateContentResponse[]): Answer {
  const candidates = chunks.flatMap(({ candidates: [candidate] = [] }) => (candidate ? [candidate] : []))
  const parts = candidates.flatMap(({ content }) => content?.parts ?? [])
  const calls = parts.flatMap(({ functionCall: call }) =>
    call ? [{ id: call.id ?? '', name: call.name ?? '', input: call.args ?? {} }] : [],
  )
  // Counts grow from chunk to chunk; the last one that tells them is right.
  const usage = chunks.findLast(({ usageMetadata }) => usageMetadata !== undefined)?.usageMetadata
  return {
    text: parts.map(({ text, thought }) => (thought === true ? '' : (text ?? ''))).join(''),
    reasoning: parts.map(({ text, thought }) => (thought === true ? (text ?? '') : '')).join(''),
    refusal: '',
    calls,
    stop: stopOf(candidates, chunks, calls.length > 0),
    usage: {
      input: usage?.promptTokenCount ?? 0,
      output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
    },
    model: chunks[0]?.modelVersion ?? '',
  }
}

const refusals: ReadonlySet<string> = new Set(['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII', 'RECITATION'])

function stopOf(
  candidates: readonly Candidate[],
  chunks: readonly GenerateContentResponse[],
  calls: boolean,
): Answer['stop'] {
  const finish: string = candidates.findLast(({ finishReason }) => finishReason !== undefined)?.finishReason ?? ''
  const blocked = chunks.some(({ promptFeedback }) => promptFeedback?.blockReason !== undefined)
  if (blocked || refusals.has(finish)) return 'refusal'
  if (finish === 'MAX_TOKENS') return 'length'
  return calls ? 'calls' : 'end'
}
