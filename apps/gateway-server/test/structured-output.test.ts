import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EveryDialect, modelOf, startEveryDialect } from './every-dialect.ts'

/** Schemas with what some providers enforce and others refuse: bounds, lengths, open objects. */
const schema = {
  type: 'object',
  properties: {
    city: { type: 'string', minLength: 1, maxLength: 40 },
    degrees: { type: 'number', minimum: -90, maximum: 60 },
    days: {
      type: 'array',
      items: { type: 'object', properties: { name: { type: 'string' } } },
      minItems: 2,
      maxItems: 7,
    },
  },
  required: ['city', 'degrees', 'days'],
}

let every: EveryDialect
beforeAll(async () => {
  every = await startEveryDialect()
})
afterAll(() => every[Symbol.asyncDispose]())

const question = 'How warm is it?'

const clients: readonly (readonly [client: string, ask: (model: string) => Promise<string>])[] = [
  [
    'chat',
    async (model) => {
      const reply = await every.gateway.openai().chat.completions.create({
        model,
        messages: [{ role: 'user', content: question }],
        response_format: { type: 'json_schema', json_schema: { name: 'weather', schema } },
      })
      return reply.choices[0]?.message.content ?? ''
    },
  ],
  [
    'responses',
    async (model) => {
      const format = { type: 'json_schema' as const, name: 'weather', schema, strict: false }
      return (await every.gateway.openai().responses.create({ model, input: question, text: { format } })).output_text
    },
  ],
  [
    'gemini, JSON Schema',
    async (model) => {
      const config = { responseMimeType: 'application/json', responseJsonSchema: schema }
      return (await every.gateway.google().models.generateContent({ model, contents: question, config })).text ?? ''
    },
  ],
  [
    'gemini, Google’s own schema',
    async (model) => {
      const config = { responseMimeType: 'application/json', responseSchema: schema }
      return (await every.gateway.google().models.generateContent({ model, contents: question, config })).text ?? ''
    },
  ],
]

describe.each(Object.entries(modelOf))('an upstream of %s', (dialect, model) => {
  test.each(clients)('holds an answer to the schema of a client of %s', async (_client, ask) => {
    expect(JSON.parse(await ask(model))).toMatchObject({
      city: expect.any(String),
      degrees: expect.any(Number),
      days: expect.any(Array),
    })
    expect(every.simulator.requests.at(-1)?.dialect).toBe(dialect)
  })
})

test('strict tools keep their strictness, their bounds told in words', async () => {
  const parameters = { ...schema, additionalProperties: false }
  const reply = await every.gateway.openai().chat.completions.create({
    model: modelOf.anthropic,
    messages: [{ role: 'user', content: '[[call report {"city":"Paris","degrees":20,"days":[]}]]' }],
    tools: [{ type: 'function', function: { name: 'report', parameters, strict: true } }],
  })
  expect(reply.choices[0]?.message.tool_calls).toHaveLength(1)
  expect(every.simulator.requests.at(-1)?.body).toMatchObject({
    tools: [
      {
        strict: true,
        input_schema: {
          properties: { degrees: { type: 'number', description: '{minimum: -90, maximum: 60}' } },
          additionalProperties: false,
        },
      },
    ],
  })
})
