import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { convertRequest, type Dialect, type JsonObject } from '../src/index.ts'
import { type Case, everyCase } from './corpus.ts'
import { converted, framesOf, gathered, optionsOf } from './streams.ts'

/** How many hazards the catalogue of conversion mistakes has; each is a mistake seen in a converter, and has a test by its number. */
const last = 122

/** Hazards that no test here is named after, and why. */
const elsewhere: ReadonlyMap<number, string> = new Map([
  [
    116,
    'who leaves and who is slow: client-leaves.test.ts and streams.test.ts of the server, exchange.test.ts of upstream',
  ],
  [117, 'headers and compression: headers.test.ts and failure.test.ts of upstream'],
])

/** The hazards that tests are named after, in this package. */
function tested(): ReadonlySet<number> {
  const found = new Set<number>()
  for (const folder of ['../src/', './']) {
    const root = new URL(folder, import.meta.url)
    for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.test.ts')) continue
      for (const hazard of hazardsIn(readFileSync(new URL(file, root), 'utf8'))) found.add(hazard)
    }
  }
  return found
}

/** `hazard 1: …`, `hazards 59 and 60: …`, `hazard 94, 96: …` as the name of a test or of a group of them. */
function hazardsIn(source: string): number[] {
  const names = source.matchAll(/['"`]hazards? ((?:\d+(?:, | and )?)+)/g)
  return [...names].flatMap(([, numbers = '']) => [...numbers.matchAll(/\d+/g)].map(Number))
}

describe('the catalogue of hazards', () => {
  it('has a test by the number of each, or a reason why not', () => {
    const found = tested()
    const all = Array.from({ length: last }, (_, i) => i + 1)
    expect(all.filter((hazard) => !found.has(hazard) && !elsewhere.has(hazard))).toEqual([])
    expect([...found].filter((hazard) => hazard > last || elsewhere.has(hazard))).toEqual([])
  })

  it('finds the numbers in names alone', () => {
    expect(hazardsIn("it('hazards 1, 2 and 30: x', () => {})\n// hazard 4\nit.each(list)('hazard 5: %s', f)")).toEqual([
      1, 2, 30, 5,
    ])
  })
})

describe('hazards of a pair', () => {
  it('hazard 7: the prompt holds what the client said and nothing else', () => {
    const prompt = { system: 'You are a lighthouse keeper.', messages: [{ role: 'user', content: 'Who are you?' }] }
    const sent = convertRequest({ model: 'm', max_tokens: 9, ...prompt }, { from: 'anthropic', to: 'openai-chat' })
    expect(sent.body.messages).toEqual([
      { role: 'system', content: prompt.system },
      { role: 'user', content: 'Who are you?' },
    ])
    const { body } = convertRequest(sent.body, { from: 'openai-chat', to: 'anthropic' })
    expect(body.system).toEqual([{ type: 'text', text: prompt.system }])
    expect(body.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Who are you?' }] }])
  })

  it('hazard 9: results of parallel calls stand in one message, before what the user says to them', () => {
    const call = (id: string): JsonObject => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
    const messages = [
      { role: 'user', content: 'Go.' },
      { role: 'assistant', tool_calls: [call('a'), call('b')] },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
      { role: 'user', content: 'And?' },
    ]
    const { body } = convertRequest({ model: 'm', messages }, { from: 'openai-chat', to: 'anthropic' })
    const [, , answer, ...more] = body.messages as { role: string; content: JsonObject[] }[]
    expect(answer?.content.map(({ type, tool_use_id: id }) => id ?? type)).toEqual(['a', 'b', 'text'])
    expect(more).toEqual([])
  })

  it.each([
    ['openai-chat', 'anthropic', { type: 'none' }],
    ['anthropic', 'openai-chat', 'none'],
  ] as const)('hazard 27: %s to %s, tools that may not be called are still declared', (from, to, choice) => {
    const declared =
      from === 'anthropic'
        ? { name: 'f', input_schema: { type: 'object' } }
        : { type: 'function', function: { name: 'f' } }
    const request: JsonObject = {
      model: 'm',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'x' }],
      tools: [declared],
      tool_choice: from === 'anthropic' ? { type: 'none' } : 'none',
      ...(from === 'openai-chat' && { parallel_tool_calls: false }),
    }
    const { body } = convertRequest(request, { from, to })
    expect(body.tools).toHaveLength(1)
    expect(body.tool_choice).toEqual(choice)
  })

  it.each(othersThan('openai-chat'))(
    'hazard 113: $dialect/$name as chunks: every one is of choice 0, and no text is invented',
    ({ dialect, stream }) => {
      const chunks = chunksFor(dialect, 'openai-chat', stream)
      const choices = chunks.flatMap((chunk) => (chunk.choices ?? []) as { index: number; delta?: JsonObject }[])
      expect(choices.every(({ index }) => index === 0)).toBe(true)
      const said = gathered(stream, dialect)?.parts.map((part) => ('text' in part ? part.text : '')) ?? []
      const told = choices.map(({ delta }) => `${(delta?.content as string | undefined) ?? ''}`).join('')
      if (said.length > 0) expect(said.join('')).toContain(told)
    },
  )

  it.each(othersThan('gemini'))('hazard 113: $dialect/$name as chunks of candidate 0', ({ dialect, stream }) => {
    const chunks = chunksFor(dialect, 'gemini', stream)
    const candidates = chunks.flatMap((chunk) => (chunk.candidates ?? []) as { index: number }[])
    expect(candidates.every(({ index }) => index === 0)).toBe(true)
  })

  it.each(othersThan('openai-chat'))(
    'hazard 92: $dialect/$name as chunks: one id, model and time in seconds throughout',
    ({ dialect, stream }) => {
      const chunks = chunksFor(dialect, 'openai-chat', stream).filter((chunk) => chunk.error === undefined)
      const heads = chunks.map(({ id, model, created, object }) => ({ id, model, created, object }))
      for (const head of heads) expect(head).toEqual(heads[0])
      if (heads[0] === undefined) return
      expect(heads[0]).toMatchObject({ id: expect.stringMatching(/./), object: 'chat.completion.chunk' })
      expect(String(heads[0].created)).toMatch(/^1[67]\d{8}$/)
      for (const { choices } of chunks) {
        for (const choice of choices as JsonObject[]) expect(Object.keys(choice)).toContain('finish_reason')
      }
    },
  )
})

function othersThan(to: Dialect): readonly Case[] {
  return everyCase.filter(({ dialect }) => dialect !== to)
}

/** What a client that wants everything gets for a stream, frame by frame. */
function chunksFor(from: Dialect, to: Dialect, stream: Uint8Array): JsonObject[] {
  const { text } = converted([stream], optionsOf(from, to))
  return framesOf(text).flatMap((data) => (data === '[DONE]' ? [] : [JSON.parse(data) as JsonObject]))
}
