import type { Simulator } from '@llm-gateway/simulator'
import { expect } from 'vitest'
import type { Answer, Settings, Turn } from './conversation.ts'

/** A conversation and what must be true of it, whichever client holds it with whichever upstream. */
export interface Scenario {
  readonly name: string
  readonly settings: Omit<Settings, 'model'>
  readonly turns: readonly Turn[]
  /** @param asked what the upstream was sent, one request for each turn */
  check(answers: readonly Answer[], asked: readonly string[], simulator: Simulator): void
}

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const pdf = Buffer.from('%PDF-1.4 a page').toString('base64')
const say = (text: string): Turn => ({ say: [{ text }] })
const tools = { get_weather: ['city'], get_time: ['zone'] }

export const scenarios: readonly Scenario[] = [
  {
    name: 'a text with a system prompt',
    settings: { system: 'Answer in one word.' },
    turns: [say('hello there')],
    check([answer], [asked]) {
      expect(answer?.text).toContain('You said: "hello there"')
      expect(answer?.stop).toBe('end')
      expect(asked).toContain('Answer in one word.')
    },
  },
  {
    name: 'two parallel calls and their results over three turns',
    settings: { tools },
    turns: [
      say('[[call get_weather {"city": "Paris"}]] [[call get_time {"zone":"CET"}]] What is it like?'),
      { results: (name) => `${name} says yes` },
      say('[[say thanks]]'),
    ],
    check([first, second, third]) {
      expect(first?.stop).toBe('calls')
      expect(first?.calls.map(({ name, input }) => ({ name, input }))).toEqual([
        { name: 'get_weather', input: { city: 'Paris' } },
        { name: 'get_time', input: { zone: 'CET' } },
      ])
      expect(second?.text).toContain('The tool get_weather answered: "get_weather says yes".')
      expect(second?.text).toContain('The tool get_time answered: "get_time says yes".')
      expect([third?.text, third?.stop]).toEqual(['thanks', 'end'])
    },
  },
  {
    name: 'the same tool called twice at once',
    settings: { tools },
    turns: [
      say('[[call get_weather {"city":"Paris"}]] [[call get_weather {"city":"Rome"}]] Where is it warmer?'),
      { results: () => 'warm' },
    ],
    check([first, second]) {
      expect(first?.calls.map(({ input }) => input)).toEqual([{ city: 'Paris' }, { city: 'Rome' }])
      expect(second?.text.split('The tool get_weather answered: "warm".')).toHaveLength(3)
    },
  },
  {
    name: 'an image',
    settings: {},
    turns: [{ say: [{ text: 'look' }, { png }] }],
    check([answer], [asked]) {
      expect(answer?.text).toContain(`an image (image/png, ${png.length} encoded characters)`)
      expect(asked).toContain(png)
    },
  },
  {
    name: 'a document',
    settings: {},
    turns: [{ say: [{ text: 'read' }, { pdf, name: 'page.pdf' }] }],
    check([answer], [asked]) {
      expect(answer?.text).toMatch(/I received a document \(.*\d+ encoded characters\)/)
      expect(asked).toContain(pdf)
    },
  },
  {
    name: 'reasoning before a call, its result, and more',
    settings: { tools, reasoning: true },
    turns: [
      say('[[reason I have to look it up]] [[call get_weather {"city":"Oslo"}]] weather?'),
      { results: () => 'snow' },
      say('[[reason that was easy]] [[say bye]]'),
    ],
    check([first, second, third], _asked, simulator) {
      expect(first?.calls).toMatchObject([{ name: 'get_weather', input: { city: 'Oslo' } }])
      expect(second?.text).toContain('The tool get_weather answered: "snow".')
      expect([third?.text, third?.stop]).toEqual(['bye', 'end'])
      expect(simulator.requests.at(-3)?.usage?.reasoning).toBeGreaterThan(0)
    },
  },
  {
    name: 'an answer of a given structure',
    settings: {
      schema: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'array', items: { type: 'integer' } } },
        required: ['city', 'days'],
        additionalProperties: false,
      },
    },
    turns: [say('Where and when?')],
    check([answer]) {
      const { city, days, ...rest } = JSON.parse(answer?.text ?? '') as Record<string, unknown>
      expect([typeof city, Array.isArray(days), rest]).toEqual(['string', true, {}])
    },
  },
  {
    name: 'a refusal',
    settings: {},
    turns: [say('[[refuse I cannot do that]]')],
    check([answer]) {
      expect(answer?.stop === 'refusal' || answer?.text === 'I cannot do that').toBe(true)
    },
  },
  {
    name: 'an answer that is cut at its limit',
    settings: { maxTokens: 16 },
    turns: [say(`[[say ${'one two three four five six seven eight nine ten '.repeat(4)}]]`)],
    check([answer]) {
      expect(answer?.stop).toBe('length')
      expect(answer?.text).toMatch(/^one two three/)
    },
  },
]
