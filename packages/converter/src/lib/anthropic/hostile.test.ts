import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  decode,
  decodeStream,
  encodeStream,
  fixtureJson,
  fixtureNames,
  fixtureText,
  replyContext,
  requestContext,
} from '../../../test/anthropic-kit.ts'
import { mutations } from '../../../test/hostile-kit.ts'
import { ConversionError } from '../chat/error.ts'
import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import { LossReport } from '../report.ts'
import { anthropicCodec } from './index.ts'

/** How a conversion went: `done`, or the code of a typed refusal; anything else it throws fails the test. */
function outcome(run: () => unknown): string {
  try {
    run()
    return 'done'
  } catch (error) {
    if (ConversionError.is(error)) return error.code
    throw error
  }
}

const complete = fixtureNames().filter((name) => name !== 'error-mid-stream')

describe('one wrong node anywhere', () => {
  it.each(fixtureNames())('%s: a request is read, or refused by path', (name) => {
    for (const wire of mutations(fixtureJson(name, 'request.json'))) {
      if (!isObject(wire)) continue
      const went = outcome(() => {
        const { chat } = decode(wire)
        const context = requestContext(new LossReport(), chat.model, {}, 'anthropic')
        JSON.stringify(anthropicCodec.encodeRequest(chat, context))
      })
      expect(['done', 'INVALID_REQUEST', 'UNSUPPORTED']).toContain(went)
    }
  })

  it.each(complete)('%s: a reply is read, or refused', (name) => {
    for (const wire of mutations(fixtureJson(name, 'reply.json'))) {
      if (!isObject(wire)) continue
      anthropicCodec.tapReply(wire)
      const went = outcome(() => {
        const reply = anthropicCodec.decodeReply(wire, new LossReport())
        JSON.stringify(anthropicCodec.encodeReply(reply, replyContext(new LossReport())))
      })
      expect(['done', 'INVALID_REPLY']).toContain(went)
    }
  })

  it.each(['server-tools', 'reasoning-sealed', 'parallel-tools', 'complete-in-start'])(
    '%s: a stream keeps the grammar and ends once',
    (name) => {
      const frames = fixtureText(name, 'stream.sse').split(/(?<=\n\n)/)
      for (const [i, frame] of frames.entries()) {
        const data = JSON.parse(frame.slice(frame.indexOf('data: ') + 6)) as JsonValue
        for (const other of mutations(data)) {
          const sse = frames.with(i, `data: ${JSON.stringify(other)}\n\n`).join('')
          const events = decodeStream(sse)
          expect(events.filter(({ type }) => type === 'finish' || type === 'error')).toHaveLength(1)
          encodeStream(events)
        }
      }
    },
  )
})

describe('arguments nested deeper than they can be written', () => {
  const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`
  const call = `{"type":"tool_use","id":"a","name":"f","input":${deep}}`
  it('are refused in a request and in a reply', () => {
    const request = `{"model":"m","messages":[{"role":"assistant","content":[${call}]}]}`
    expect(outcome(() => decode(JSON.parse(request) as JsonObject))).toBe('INVALID_REQUEST')
    const reply = JSON.parse(`{"content":[${call}]}`) as JsonObject
    expect(outcome(() => anthropicCodec.decodeReply(reply, new LossReport()))).toBe('INVALID_REPLY')
  })

  it('end a stream with one error', () => {
    const frames = [
      `data: {"type":"message_start","message":{"content":[${call},{"type":"text","text":"x"}],"stop_reason":"end_turn"}}`,
      'data: {"type":"message_stop"}',
    ]
    const events = decodeStream(frames.map((frame) => `${frame}\n\n`).join(''))
    expect(events.map(({ type }) => type)).toEqual(['start', 'open', 'error'])
  })
})

describe('nothing is lost in silence', () => {
  const sdk = readFileSync(
    fileURLToPath(
      new URL('../../../../../node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts', import.meta.url),
    ),
    'utf8',
  )

  /** Names of the members an interface of the SDK declares. */
  function members(name: string): string[] {
    const start = sdk.indexOf(`export interface ${name} {`)
    const body = sdk.slice(start, sdk.indexOf('\n}', start))
    return [...body.matchAll(/^ {4}(\w+)\??: /gm)].map((match) => match[1] ?? '')
  }

  const user: JsonObject = { role: 'user', content: 'hi' }
  const base: JsonObject = { model: 'claude-x', messages: [user] }
  const samples: JsonObject = {
    model: 'other',
    messages: [user, user],
    max_tokens: 5,
    stream: true,
    system: 's',
    stop_sequences: ['s'],
    tools: [{ name: 'f', input_schema: {} }],
    tool_choice: { type: 'any' },
    thinking: { type: 'adaptive' },
    output_config: { effort: 'low' },
    metadata: { user_id: 'u' },
    service_tier: 'auto',
    speed: 'fast',
    cache_control: { type: 'ephemeral' },
  }

  it.each(members('MessageCreateParamsBase'))('the request field %s is read or told', (key) => {
    const before = decode(base)
    const after = decode({ ...base, [key]: samples[key] ?? { any: 'thing' } })
    expect(after).not.toEqual(before)
  })

  it.each(members('Tool'))('the tool field %s is read or told', (key) => {
    const tool = { name: 'f', input_schema: { type: 'object' } }
    const given: JsonObject = {
      name: 'g',
      input_schema: {},
      strict: true,
      description: 'd',
      type: 'bash_20250124',
      cache_control: { type: 'ephemeral' },
    }
    const before = decode({ ...base, tools: [tool] })
    const after = decode({ ...base, tools: [{ ...tool, [key]: given[key] ?? true }] })
    expect(after).not.toEqual(before)
  })

  it.each([
    ['TextBlockParam', { type: 'text', text: 'x' }],
    ['ImageBlockParam', { type: 'image', source: { type: 'url', url: 'https://example.com' } }],
    ['DocumentBlockParam', { type: 'document', source: { type: 'url', url: 'https://example.com' } }],
    ['ToolResultBlockParam', { type: 'tool_result', tool_use_id: 'a' }],
  ])('every optional field of %s is read or told', (name, block) => {
    const optional: JsonObject = {
      cache_control: { type: 'ephemeral' },
      citations: name === 'TextBlockParam' ? [{ type: 'char_location' }] : { enabled: true },
      content: 'x',
      is_error: true,
      title: 't',
      context: 'c',
    }
    const before = decode({ ...base, messages: [{ role: 'user', content: [block] }] })
    for (const key of members(name).filter((member) => !(member in block))) {
      const content = [{ ...block, [key]: optional[key] ?? 'anything' }]
      expect([key, decode({ ...base, messages: [{ role: 'user', content }] })]).not.toEqual([key, before])
    }
  })
})
