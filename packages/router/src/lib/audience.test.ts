import { expect, test } from 'vitest'
import type { PlanRequest } from './plan.ts'
import { Router, type RouterOptions } from './router.ts'
import { accountOf, FakeClock, middle } from './testing.ts'

const anthropic = { provider: 'anthropic', dialects: ['anthropic'] }
const kept = accountOf('kept', { ...anthropic, audience: 'crew' })
const open = accountOf('open', anthropic)
const request: PlanRequest = { model: 'claude-opus-5-5', dialect: 'anthropic' }

function planned(
  accounts: RouterOptions['accounts'],
  more: Partial<PlanRequest> = {},
  routes?: RouterOptions['routes'],
): string {
  const router = new Router({ accounts, now: new FakeClock().now, random: middle, ...(routes && { routes }) })
  const plan = router.plan({ ...request, ...more })
  if (plan.ok)
    return plan.candidates
      .map(({ account }) => account.id)
      .sort()
      .join()
  return `${plan.reason}: ${plan.audiences?.join() ?? '-'}`
}

test.each<[string, Partial<PlanRequest>, string]>([
  ['of none', {}, 'open'],
  ['of its audience', { audiences: ['crew'] }, 'kept,open'],
  ['of another', { audiences: ['guests'] }, 'open'],
  ['of its audience, and no other account wanted', { audiences: ['crew'], audienceOnly: true }, 'kept'],
  ['of another, and no other account wanted', { audiences: ['guests'], audienceOnly: true }, 'wrong-audience: crew'],
])('a request %s goes to', (_what, more, expected) => {
  expect(planned([kept, open], more)).toBe(expected)
})

test('an account that is kept for others is told apart from one that does not serve the model', () => {
  expect(planned([kept])).toBe('wrong-audience: crew')
  expect(planned([kept], { model: 'gpt-4o' })).toBe('wrong-audience: crew')
  const listed = accountOf('kept', { ...anthropic, audience: 'crew', models: ['claude-opus-5-5'] })
  expect(planned([listed], { model: 'claude-haiku-4-5' })).toBe('model-not-served: -')
  expect(planned([listed, accountOf('other')], { model: 'gpt-4o' })).toBe('other')
})

test('an account of another provider does not take its place, unless it serves any model', () => {
  expect(planned([kept, accountOf('gpt')])).toBe('wrong-audience: crew')
  expect(planned([kept, accountOf('any', { provider: 'openai-compatible' })])).toBe('any')
})

test('an account that lists the model for others does not hide one that serves it', () => {
  const listed = accountOf('kept', { ...anthropic, audience: 'crew', models: ['claude*'] })
  expect(planned([listed, open])).toBe('open')
})

test('an account with an audience takes requests only as they are', () => {
  const audiences = ['crew']
  expect(planned([kept], { audiences, dialect: 'openai-chat' })).toBe('wrong-audience: crew')
  expect(planned([kept, open], { audiences, dialect: 'openai-chat' })).toBe('open')
  const routes = { routes: [{ source: 'fast', target: 'claude-opus-5-5' }] }
  expect(planned([kept], { audiences, model: 'fast' }, routes)).toBe('wrong-audience: crew')
  expect(planned([kept, open], { audiences, model: 'fast' }, routes)).toBe('open')
})

test('requests of different kinds for one model do not share their way', () => {
  const router = new Router({ accounts: [kept, open], now: new FakeClock().now, random: middle })
  const ids = (more: Partial<PlanRequest>): string[] => {
    const plan = router.plan({ ...request, ...more })
    return plan.ok ? plan.candidates.map(({ account }) => account.id) : []
  }
  expect(ids({ audiences: ['crew'] })).toContain('kept')
  expect(ids({})).toEqual(['open'])
  expect(ids({ audiences: ['crew'] })).toContain('kept')
})
