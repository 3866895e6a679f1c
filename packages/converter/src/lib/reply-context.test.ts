import { describe, expect, it } from 'vitest'
import { anthropicClient } from './anthropic/client.ts'
import type { JsonObject } from './chat/json.ts'
import { openaiChatUpstream } from './openai-chat/upstream.ts'
import { type ReplyContextOptions, replyContext } from './reply-context.ts'
import { LossReport } from './report.ts'
import { aliasOf } from './tool-names.ts'

function contextFor(
  request: JsonObject | undefined,
  more: Partial<ReplyContextOptions> = {},
): ReturnType<typeof replyContext> {
  return replyContext({
    upstream: openaiChatUpstream,
    client: anthropicClient,
    request,
    model: undefined,
    showReasoning: true,
    report: new LossReport(),
    ambient: { newId: () => 'id', now: () => 5 },
    ...more,
  })
}

const long = `mcp.server/${'x'.repeat(80)}`

describe('replyContext', () => {
  it.each<[string, JsonObject]>([
    ['anthropic', { tools: [{ name: long, input_schema: {} }] }],
    ['openai-chat', { tools: [{ type: 'function', function: { name: long } }] }],
    ['the legacy functions', { functions: [{ name: long }] }],
  ])('hazard 32: knows the tools of a request of %s by the names the upstream was told', (_, request) => {
    const context = contextFor(request)
    expect(context.originalToolName(aliasOf(long, 64))).toBe(long)
    expect(context.originalToolName('another')).toBe('another')
  })

  it("knows the client's tools of free text", () => {
    const { customTools } = contextFor({
      tools: [{ type: 'custom', custom: { name: 'patch' } }, { function: { name: 'f' } }],
    })
    expect([...customTools]).toEqual(['patch'])
  })

  it('hazard 100: a client gets usage in a stream when it asked for it', () => {
    expect(contextFor({ stream_options: { include_usage: true } }).wantsUsage).toBe(true)
    expect(contextFor({ stream_options: { include_usage: 'yes' } }).wantsUsage).toBe(false)
    expect(contextFor({}).wantsUsage).toBe(false)
    expect(contextFor(undefined).wantsUsage).toBe(false)
  })

  it('hazard 18: a client of the legacy functions is answered in their spelling', () => {
    expect(contextFor({ functions: [] }).legacyFunctions).toBe(true)
    expect(contextFor({ functions: [], tools: [] }).legacyFunctions).toBe(false)
  })

  it("hazard 33: ids are held to the client's limits, the same way every time", () => {
    const context = contextFor({})
    expect(context.callId('call_1')).toBe('call_1')
    expect(context.callId('call:1 of.2')).toMatch(/^[\w-]+$/)
    expect(context.callId('call:1 of.2')).toBe(contextFor(undefined).callId('call:1 of.2'))
  })

  it('reads whatever a client sent, without trusting it', () => {
    const odd = {
      tools: [null, 5, { name: 7 }, { custom: { name: null } }],
      functions: 'x',
      stream_options: [],
    } as JsonObject
    const context = contextFor(odd)
    expect([...context.customTools]).toEqual([])
    expect(context.wantsUsage).toBe(false)
  })

  it('passes ids, time and the model to show on', () => {
    const context = contextFor({}, { model: 'shown' })
    expect([context.newId(), context.now(), context.model]).toEqual(['id', 5, 'shown'])
    expect('model' in contextFor({})).toBe(false)
  })
})
