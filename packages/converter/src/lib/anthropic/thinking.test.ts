import { describe, expect, it } from 'vitest'
import { chatRequest, encode, userTurn } from '../../../test/anthropic-kit.ts'
import type { JsonObject } from '../chat/json.ts'
import type { Effort, FunctionTool, Reasoning, Turn } from '../chat/request.ts'

const tool: FunctionTool = { type: 'function', name: 'f', at: 'tools[0]' }

function plan(
  model: string,
  reasoning: Reasoning,
  overrides: Partial<ReturnType<typeof chatRequest>> = {},
): { thinking: unknown; effort: unknown; body: JsonObject; losses: string[] } {
  const { body, losses } = encode(
    chatRequest({ model, reasoning, maxTokens: 16_000, paths: { reasoning: 'reasoning_effort' }, ...overrides }),
  )
  const config = (body.output_config ?? {}) as JsonObject
  return {
    thinking: body.thinking,
    effort: config.effort,
    body,
    losses: losses.map((loss) => `${loss.kind} ${loss.path}`),
  }
}

const budgetModel = 'claude-haiku-4-5'
const approximated = ['approximated reasoning_effort']

describe('effort', () => {
  it.each<[Effort, string]>([
    ['minimal', 'low'],
    ['low', 'low'],
    ['high', 'high'],
    ['xhigh', 'xhigh'],
    ['max', 'max'],
  ])('hazard 66: %s is %s for a model of today', (effort, sent) => {
    const { thinking, effort: told, losses } = plan('claude-opus-4-8', { effort })
    expect([thinking, told]).toEqual([{ type: 'adaptive' }, sent])
    expect(losses).toEqual(effort === sent ? [] : approximated)
  })

  it('takes the next weaker word where the model lacks one', () => {
    expect(plan('claude-opus-4-6', { effort: 'xhigh' }).effort).toBe('high')
    expect(plan('claude-opus-4-5', { effort: 'max' }).effort).toBe('high')
  })

  it.each<[Effort, number]>([
    ['low', 2048],
    ['medium', 8192],
    ['high', 12_000],
  ])('hazard 80: %s is a budget of %i for a model without effort', (effort, budget_tokens) => {
    const { thinking, effort: told, losses } = plan(budgetModel, { effort })
    expect([thinking, told]).toEqual([{ type: 'enabled', budget_tokens }, undefined])
    expect(losses).toEqual(approximated)
  })

  it('is dropped for a model that does not reason', () => {
    const { body, losses } = plan('claude-3-5-sonnet', { effort: 'high' })
    expect(body).not.toHaveProperty('thinking')
    expect(losses).toEqual(['dropped reasoning_effort'])
  })
})

describe('budget', () => {
  it('goes as it is to a model that takes budgets', () => {
    expect(plan(budgetModel, { mode: 'enabled', budget: 4000, display: 'omitted' })).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 4000, display: 'omitted' },
      losses: [],
    })
  })

  it('hazard 63: stays below the output limit', () => {
    expect(plan(budgetModel, { budget: 20_000 })).toMatchObject({
      thinking: { budget_tokens: 15_999 },
      losses: approximated,
    })
    expect(plan(budgetModel, { budget: 10 }).thinking).toMatchObject({ budget_tokens: 1024 })
  })

  it('hazard 63: a limit too small for any budget turns thinking off', () => {
    const { body, losses } = plan(budgetModel, { effort: 'high' }, { maxTokens: 1000 })
    expect(body).not.toHaveProperty('thinking')
    expect(body.max_tokens).toBe(1000)
    expect(losses).toEqual(approximated)
  })

  it('becomes an effort for a model that thinks adaptively', () => {
    expect(plan('claude-opus-4-8', { mode: 'enabled', budget: 5000 })).toMatchObject({
      thinking: { type: 'adaptive' },
      effort: 'medium',
      losses: approximated,
    })
    expect(plan('claude-opus-4-8', { mode: 'adaptive' })).toMatchObject({ effort: undefined, losses: [] })
  })
})

describe('off', () => {
  it.each<Reasoning>([{ effort: 'none' }, { mode: 'disabled' }, { budget: 0 }])(
    '%j turns thinking off',
    (reasoning) => {
      expect(plan('claude-opus-5', reasoning)).toMatchObject({
        thinking: { type: 'disabled' },
        effort: undefined,
        losses: [],
      })
    },
  )

  it('says so where the model cannot', () => {
    expect(plan('claude-opus-5-5', { effort: 'none' })).toMatchObject({
      thinking: undefined,
      effort: 'low',
      losses: approximated,
    })
    expect(plan('claude-sonnet-5-5', { effort: 'none' })).toMatchObject({
      thinking: { type: 'between_tools' },
      losses: approximated,
    })
  })

  it('needs no word for a model that never thinks', () => {
    expect(plan('claude-3-opus', { effort: 'none' })).toMatchObject({ thinking: undefined, losses: [] })
  })
})

describe('what thinking does not go with', () => {
  const assistant = (sealed: boolean): Turn => ({
    role: 'assistant',
    at: 'messages[1]',
    parts: [
      ...(sealed
        ? [{ type: 'reasoning' as const, text: '', at: 'm', seal: { issuer: 'anthropic' as const, value: 's' } }]
        : []),
      { type: 'tool-call', id: 'a', name: 'f', input: '{}', inputKind: 'json', at: 'm' },
    ],
  })
  const loop = (sealed: boolean): Turn[] => [
    userTurn('q'),
    assistant(sealed),
    { role: 'tool', at: 'messages[2]', results: [{ callId: 'a', parts: [], at: 'messages[2]' }] },
  ]

  it('hazard 29: a forced call turns it off', () => {
    const forced = { tools: [tool], toolChoice: { type: 'required' as const } }
    expect(plan(budgetModel, { effort: 'high' }, forced)).toMatchObject({
      thinking: { type: 'disabled' },
      losses: approximated,
    })
    expect(plan('claude-opus-5', { effort: 'high' }, forced)).toMatchObject({
      thinking: { type: 'disabled' },
      effort: 'high',
    })
  })

  it('hazard 76: a tool loop without signed thinking turns a budget off, with it keeps it on', () => {
    expect(plan(budgetModel, { effort: 'high' }, { turns: loop(false), tools: [tool] })).toMatchObject({
      thinking: { type: 'disabled' },
      losses: approximated,
    })
    expect(plan(budgetModel, { effort: 'high' }, { turns: loop(true), tools: [tool] }).thinking).toMatchObject({
      type: 'enabled',
    })
    expect(plan('claude-opus-4-8', { effort: 'high' }, { turns: loop(false), tools: [tool] }).thinking).toEqual({
      type: 'adaptive',
    })
  })

  it('an assistant message to be continued turns a budget off', () => {
    const turns: Turn[] = [
      userTurn('q'),
      { role: 'assistant', at: 'm', parts: [{ type: 'text', text: 'It is', at: 'm' }] },
    ]
    expect(plan(budgetModel, { effort: 'low' }, { turns }).thinking).toEqual({ type: 'disabled' })
  })

  it('sampling parameters are left out and reported', () => {
    const { body, losses } = plan(budgetModel, { budget: 2000 }, { temperature: 0.2, topK: 3 })
    expect(body).not.toHaveProperty('temperature')
    expect(losses).toEqual(['dropped temperature', 'dropped top_k'])
  })
})
