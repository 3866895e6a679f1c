import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { ResponseStream } from 'openai/lib/responses/ResponseStream'
import { describe, expect, it } from 'vitest'
import { eventsOf } from '../../../test/responses-kit.ts'
import { convertError, convertReply, convertRequest, openStream } from '../../index.ts'
import type { Dialect } from '../chat/dialect.ts'
import type { JsonObject } from '../chat/json.ts'
import type { Loss } from '../chat/loss.ts'
import type { ChatReply } from '../chat/reply.ts'
import { codecOf } from '../codecs.ts'
import { LossReport } from '../report.ts'
import { FrameSplitter } from '../sse.ts'
import { Fold } from '../stream/fold.ts'

const root = new URL('../../../../../fixtures/', import.meta.url)
const fixed = { newId: (): string => 'fresh', now: (): number => 1_700_000_000 }
const others = ['anthropic', 'openai-chat'] as const
const models = { anthropic: 'claude-opus-4-8', 'openai-chat': 'gpt-4.1', 'openai-responses': 'gpt-5.6-sol' } as const

/** Cases of a dialect whose answer came to its end. */
function namesOf(dialect: Dialect): string[] {
  const folder = new URL(`${dialect}/`, root)
  return readdirSync(folder).filter((name) => existsSync(new URL(`${name}/reply.json`, folder)))
}

function read(dialect: Dialect, name: string, file: 'request.json' | 'reply.json' | 'stream.sse'): string {
  return readFileSync(new URL(`${dialect}/${name}/${file}`, root), 'utf8')
}

function streamed(text: string, from: Dialect, to: Dialect, request: JsonObject): { text: string; losses: Loss[] } {
  const stream = openStream({ from, to, request, ...fixed })
  return { text: stream.push(text) + stream.end(), losses: stream.losses }
}

/** The reply a client of a dialect gathers from a stream. */
function gathered(text: string, dialect: Dialect): ChatReply | undefined {
  const fold = new Fold()
  const decoder = codecOf(dialect).openDecoder((event) => fold.push(event), new LossReport())
  const splitter = new FrameSplitter((event, data) => decoder.frame(event, data))
  splitter.push(text)
  splitter.end()
  decoder.end()
  return fold.reply()
}

/** What of an answer a client acts on. */
function essence(reply: ChatReply | undefined): unknown {
  const parts = reply?.parts.map(({ at: _, ...part }) =>
    part.type === 'opaque' ? { kind: part.kind, search: part.search } : part,
  )
  return { stop: reply?.stop.reason, parts }
}

describe.each(others)('an answer of openai-responses for a client of %s', (to) => {
  it.each(namesOf('openai-responses'))('%s: is the same whole and streamed', (name) => {
    const client = convertRequest(read('openai-responses', name, 'request.json'), {
      from: 'openai-responses',
      to,
      model: models[to],
    }).body
    const options = { from: 'openai-responses', to, request: client, ...fixed } as const
    const whole = convertReply(read('openai-responses', name, 'reply.json'), options).body
    const { text } = streamed(read('openai-responses', name, 'stream.sse'), 'openai-responses', to, client)
    expect(essence(gathered(text, to))).toEqual(essence(codecOf(to).decodeReply(whole, new LossReport())))
  })
})

describe.each(others)('an answer of %s for a client of openai-responses', (from) => {
  it.each(namesOf(from))('%s: is the same whole and streamed, and the SDK accumulates it', async (name) => {
    const client = convertRequest(read(from, name, 'request.json'), {
      from,
      to: 'openai-responses',
      model: models['openai-responses'],
    }).body
    const options = { from, to: 'openai-responses', request: client, ...fixed } as const
    const whole = convertReply(read(from, name, 'reply.json'), options).body
    const { text } = streamed(read(from, name, 'stream.sse'), from, 'openai-responses', client)
    const lines = eventsOf(text).map((event) => `${JSON.stringify(event)}\n`)
    const bytes = new TextEncoder().encode(lines.join(''))
    const final = await ResponseStream.fromReadableStream(new Blob([bytes]).stream()).finalResponse()
    expect(final.status).toBe(whole.status)
    expect(final.output.map(({ type }) => type)).toEqual((whole.output as JsonObject[]).map(({ type }) => type))
    expect(essence(gathered(text, 'openai-responses'))).toEqual(
      essence(codecOf('openai-responses').decodeReply(whole, new LossReport())),
    )
  })
})

describe('an agent’s session with another provider', () => {
  const request = JSON.parse(read('openai-responses', 'agent-session', 'request.json')) as JsonObject

  it('goes out whole: hosted tools and reasoning are left out, and told', () => {
    const { body, losses } = convertRequest(request, {
      from: 'openai-responses',
      to: 'anthropic',
      model: models.anthropic,
    })
    expect(body).toMatchObject({
      system: [{ text: 'You are a coding agent.' }, { text: 'Sandbox: read-only.' }, { text: 'Be terse.' }],
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'text' },
            { type: 'tool_use', id: 'call_spawn', name: 'multi_agent__spawn' },
            { type: 'tool_use', id: 'call_ls', name: 'exec_command' },
          ],
        },
        { role: 'user', content: [{ tool_use_id: 'call_spawn' }, { tool_use_id: 'call_ls' }] },
      ],
      output_config: { effort: 'medium' },
    })
    expect(losses.map(({ path, kind }) => `${kind} ${path}`).sort()).toEqual([
      'approximated tools[2]',
      'dropped input[3]',
      'dropped input[4].phase',
      'dropped prompt_cache_key',
      'dropped tools[1].description',
      'dropped tools[3]',
      'dropped tools[4]',
      'invented max_tokens',
    ])
  })

  it('strict refuses it, with everything that would be lost', () => {
    expect(() =>
      convertRequest(request, { from: 'openai-responses', to: 'anthropic', model: models.anthropic, strict: true }),
    ).toThrow('tools[3] (dropped: ')
  })

  it.each(others)('comes back from %s with the client’s own tools', (from) => {
    const calls = [
      { id: 'c1', name: 'multi_agent__wait', input: '{}' },
      { id: 'c2', name: 'apply_patch', input: '{"input":"*** x\\n"}' },
      { id: 'c3', name: 'exec_command', input: '{"n":1.0}' },
    ]
    const parts = calls.map((call) => ({ type: 'tool-call', inputKind: 'json', at: '', ...call }) as const)
    const upstream = codecOf(from).encodeReply(
      { id: 'up', model: 'm', parts, stop: { reason: 'tool-calls' } },
      {
        report: new LossReport(),
        wantsUsage: false,
        legacyFunctions: false,
        showReasoning: true,
        customTools: new Set(),
        originalToolName: (name) => name,
        callId: (id) => id,
        ...fixed,
      },
    )
    const reply = convertReply(JSON.stringify(upstream), { from, to: 'openai-responses', request, ...fixed })
    const body = JSON.parse(JSON.stringify(reply.body)) as JsonObject
    expect(body.output).toMatchObject([
      { type: 'function_call', call_id: 'c1', name: 'wait', namespace: 'multi_agent', arguments: '{}' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'apply_patch', input: '*** x\n' },
      { type: 'function_call', call_id: 'c3', name: 'exec_command', arguments: '{"n":1.0}' },
    ])
    expect(body.tools).toEqual(request.tools)
  })

  it('names that another dialect does not take are sent under an alias and come back as they were', () => {
    const tools = [{ type: 'namespace', name: 'mcp.x', tools: [{ type: 'function', name: 'y', strict: false }] }]
    const sent = { model: 'm', input: 'x', tools }
    const { body } = convertRequest(sent, { from: 'openai-responses', to: 'openai-chat', model: models['openai-chat'] })
    const [tool] = body.tools as { function: { name: string } }[]
    const alias = tool?.function.name ?? ''
    expect(alias).toMatch(/^mcp_x__y_\w+$/)
    const call = { id: 'c', type: 'function', function: { name: alias, arguments: '{}' } }
    const choice = {
      index: 0,
      message: { role: 'assistant', content: null, tool_calls: [call] },
      finish_reason: 'stop',
    }
    const reply = convertReply(
      { id: 'r', choices: [choice] },
      { from: 'openai-chat', to: 'openai-responses', request: sent, ...fixed },
    )
    expect(reply.body.output).toMatchObject([{ name: 'y', namespace: 'mcp.x' }])
  })
})

describe('between dialects', () => {
  it('hazard 23: schemas and arguments keep their digits both ways', () => {
    const tool =
      '{"type":"function","name":"f","strict":false,"parameters":{"maximum":1.0,"default":12345678901234567890}}'
    const wire = `{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{\\"n\\":1.0}"}],"tools":[${tool}]}`
    const { body } = convertRequest(wire, { from: 'openai-responses', to: 'openai-chat' })
    expect(JSON.stringify(body)).toContain('"parameters":{"maximum":1.0,"default":12345678901234567890}')
    expect(JSON.stringify(body)).toContain('"arguments":"{\\"n\\":1.0}"')
  })

  it.each(others)('hazard 107: an error in the stream is one for a client of %s', (to) => {
    const { text } = streamed(read('openai-responses', 'error-mid-stream', 'stream.sse'), 'openai-responses', to, {})
    expect(text).toContain('The server had an error while processing your request.')
    expect(gathered(text, to)).toBeUndefined()
  })

  it('hazard 108: a stream of another dialect that was cut is a failed response', () => {
    const whole = read('anthropic', 'text', 'stream.sse')
    const cut = whole.slice(0, whole.indexOf('event: message_delta'))
    expect(eventsOf(streamed(cut, 'anthropic', 'openai-responses', {}).text).at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error' } },
    })
  })

  it('errors are told in each other’s envelopes', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    expect(convertError({ status: 529, body: error }, { from: 'anthropic', to: 'openai-responses' })).toEqual({
      status: 529,
      body: { error: { message: 'Overloaded', type: 'server_error', param: null, code: null } },
    })
    const own = { error: { message: 'No.', type: 'invalid_request_error', param: 'input', code: 'invalid_prompt' } }
    expect(convertError({ status: 400, body: own }, { from: 'openai-responses', to: 'anthropic' })).toMatchObject({
      status: 400,
      body: { error: { type: 'invalid_request_error', message: 'No.' } },
    })
  })
})
