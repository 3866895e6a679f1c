import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { convertRequest, type JsonObject, openStream } from '../src/index.ts'
import { corpus, fixed } from './corpus.ts'
import { framesOf } from './streams.ts'

/** How many hazards the catalogue of conversion mistakes has; each is a mistake seen in a converter, and has a test by its number. */
const last = 122

/** Hazards that no test here is named after, and why. */
const elsewhere: ReadonlyMap<number, string> = new Map([
  [116, 'who leaves and who is slow is the concern of what moves the bytes, not of what converts them'],
  [117, 'headers and compression are the concern of what moves the bytes'],
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

  it('hazard 113: every chunk is of choice 0, and no text is invented', () => {
    for (const { dialect, stream } of corpus.filter((one) => one.dialect === 'anthropic')) {
      const converter = openStream({ from: dialect, to: 'openai-chat', ...fixed })
      const frames = framesOf(converter.push(stream) + converter.end()).filter((data) => data !== '[DONE]')
      const choices = frames.flatMap((data) => (JSON.parse(data) as { choices?: { index: number }[] }).choices ?? [])
      expect(new Set(choices.map(({ index }) => index))).toEqual(new Set([0]))
      const said = new TextDecoder().decode(stream)
      for (const choice of choices as { delta?: { content?: string } }[]) {
        if (choice.delta?.content) expect(said).toContain(JSON.stringify(choice.delta.content).slice(1, -1))
      }
    }
  })
})
