import { describe, expect, it } from 'vitest'
import type { RoutedAccount } from './account.ts'
import { quote, resolve } from './resolve.ts'
import { type RouteSet, RouteTable } from './routes.ts'
import { accountOf } from './testing.ts'

const anthropic = accountOf('ant', { provider: 'anthropic', dialects: ['anthropic'] })
const openai = accountOf('oai')
const azure = accountOf('az', { provider: 'azure' })
const google = accountOf('goo', { provider: 'google', dialects: ['gemini'] })
const compatible = accountOf('compat', { provider: 'openai-compatible' })
const simulator = accountOf('sim', { provider: 'simulator' })

interface Setup {
  readonly accounts: readonly RoutedAccount[]
  readonly key?: RouteSet
  readonly global?: RouteSet
}

/** What a model resolves to, in one line: rule, model sent, and the accounts tier by tier. */
function outcome(model: string, { accounts, key, global }: Setup): string {
  const result = resolve(model, {
    accounts,
    keyRoutes: key && new RouteTable(key),
    globalRoutes: global && new RouteTable(global),
  })
  if (!result.ok) return result.reason
  const tiers: string[][] = []
  for (const { account, tier } of result.accounts) tiers[tier] = [...(tiers[tier] ?? []), account.id]
  return `${result.rule} ${result.model}: ${tiers.map((ids) => ids.join(',')).join(' | ')}`
}

describe('resolve, by the order of the rules', () => {
  const lister = accountOf('lister', { provider: 'openai-compatible', models: ['gpt-4o'] })
  const accounts = [anthropic, openai, lister]
  const key: RouteSet = { routes: [{ source: 'gpt-4o', target: 'claude-key', provider: 'anthropic' }] }
  const global: RouteSet = { routes: [{ source: 'gpt-*', target: 'claude-global', provider: 'anthropic' }] }

  it('takes the key route first', () => {
    expect(outcome('gpt-4o', { accounts, key, global })).toBe('key-route claude-key: ant')
  })

  it('takes the global route where no key route matches', () => {
    expect(outcome('gpt-4', { accounts, key, global })).toBe('global-route claude-global: ant')
  })

  it('takes the accounts that list the model where no route matches', () => {
    expect(outcome('gpt-4o', { accounts })).toBe('account-models gpt-4o: lister')
  })

  it('takes the provider the name speaks of where no account lists the model', () => {
    expect(outcome('gpt-4', { accounts })).toBe('model-name gpt-4: oai')
    expect(outcome('claude-opus-4', { accounts })).toBe('model-name claude-opus-4: ant')
  })

  it('takes the only provider there is where the name says nothing', () => {
    expect(outcome('house-model', { accounts: [anthropic, { ...anthropic, id: 'ant2' }] })).toBe(
      'only-provider house-model: ant,ant2',
    )
  })

  it('serves nothing else', () => {
    expect(outcome('house-model', { accounts })).toBe('model-not-served')
  })
})

describe('resolve, routes', () => {
  it('finds the accounts of a route without a provider by the target', () => {
    const global = { routes: [{ source: 'fast', target: 'gemini-2.5-flash' }] }
    expect(outcome('fast', { accounts: [anthropic, google], global })).toBe('global-route gemini-2.5-flash: goo')
  })

  it('keeps the name where a route has no target', () => {
    const global = { routes: [{ source: 'house-*', account: 'oai' }] }
    expect(outcome('house-model', { accounts: [anthropic, openai], global })).toBe('global-route house-model: oai')
  })

  it('sends any model to accounts without a model list', () => {
    const global = { routes: [{ source: '*', provider: 'simulator' }] }
    expect(outcome('house-model', { accounts: [anthropic, simulator], global })).toBe('global-route house-model: sim')
  })

  it('means the named provider alone, not those that serve its models too', () => {
    const global = { routes: [{ source: '*', provider: 'openai' }] }
    expect(outcome('gpt-4o', { accounts: [openai, azure], global })).toBe('global-route gpt-4o: oai')
  })

  it('obeys the model list of the account it names', () => {
    const limited = accountOf('limited', { models: ['gpt-4o'] })
    const global = { routes: [{ source: '*', account: 'limited' }] }
    expect(outcome('gpt-4o', { accounts: [limited], global })).toBe('global-route gpt-4o: limited')
    expect(outcome('gpt-5', { accounts: [limited], global })).toBe('no-account')
  })

  it('wants both the provider and the account of a route that names both', () => {
    const global = { routes: [{ source: '*', account: 'oai', provider: 'anthropic' }] }
    expect(outcome('gpt-4o', { accounts: [anthropic, openai], global })).toBe('no-account')
  })

  it('does not fall back to a later rule where a route leads nowhere, and says which', () => {
    const routes = [{ source: 'gpt-*', target: 'gpt-5', provider: 'azure' }]
    const result = resolve('gpt-4o', { accounts: [openai], globalRoutes: new RouteTable({ routes }) })
    expect(result).toEqual({
      ok: false,
      reason: 'no-account',
      message:
        'the model route "gpt-*" sends "gpt-5" to an account of provider "azure", and no active upstream account is that and serves it; add one or change the route',
    })
  })

  it('refuses what no route of a rejecting set matches', () => {
    const reject: RouteSet = { routes: [{ source: 'claude-*' }], defaultBehavior: 'reject' }
    expect(outcome('gpt-4o', { accounts: [openai], key: reject })).toBe('rejected-by-route')
    expect(outcome('gpt-4o', { accounts: [openai], global: reject })).toBe('rejected-by-route')
    expect(outcome('claude-3', { accounts: [anthropic, openai], global: reject })).toBe('global-route claude-3: ant')
  })

  it('lets a key route pass a rejecting global set, and no global route pass a rejecting key set', () => {
    const matching = { routes: [{ source: '*' }] }
    const reject: RouteSet = { routes: [], defaultBehavior: 'reject' }
    expect(outcome('gpt-4o', { accounts: [openai], key: matching, global: reject })).toBe('key-route gpt-4o: oai')
    expect(outcome('gpt-4o', { accounts: [openai], key: reject, global: matching })).toBe('rejected-by-route')
  })
})

describe('resolve, accounts', () => {
  it('keeps accounts with a model list to that list', () => {
    const limited = accountOf('limited', { models: ['gpt-4o', 'o3*'] })
    expect(outcome('o3-mini', { accounts: [limited] })).toBe('account-models o3-mini: limited')
    expect(outcome('gpt-5', { accounts: [limited] })).toBe('model-not-served')
    expect(outcome('gpt-5', { accounts: [limited, openai] })).toBe('model-name gpt-5: oai')
  })

  it('serves nothing from an account with an empty list', () => {
    expect(outcome('gpt-4o', { accounts: [accountOf('none', { models: [] })] })).toBe('model-not-served')
  })

  it('covers the accounts that list a model by others of their provider, and by no one else', () => {
    const lister = accountOf('lister', { models: ['gpt-4o', 'ft-house'] })
    const accounts = [openai, compatible, simulator, lister]
    expect(outcome('gpt-4o', { accounts })).toBe('account-models gpt-4o: lister | oai')
    expect(outcome('ft-house', { accounts })).toBe('account-models ft-house: lister')
  })

  it('counts azure accounts among those of openai models', () => {
    expect(outcome('gpt-4o', { accounts: [azure, openai, anthropic] })).toBe('model-name gpt-4o: az,oai')
  })

  it('gives an accounts-of-anything provider the models whose own provider has no account', () => {
    expect(outcome('claude-3', { accounts: [openai, compatible] })).toBe('model-name claude-3: compat')
    expect(outcome('llama-3', { accounts: [openai, simulator] })).toBe('model-name llama-3: sim')
    expect(outcome('gpt-4o', { accounts: [openai, compatible, simulator] })).toBe('model-name gpt-4o: oai')
    expect(outcome('house-model', { accounts: [openai, compatible] })).toBe('model-not-served')
  })

  it('never lets the simulator stand in where a real endpoint can', () => {
    expect(outcome('claude-3', { accounts: [simulator, compatible] })).toBe('model-name claude-3: compat')
  })

  it('does not let anyone stand in where the own provider has accounts, all limited to other models', () => {
    const limited = accountOf('limited', { models: ['gpt-4o'] })
    expect(outcome('gpt-5', { accounts: [limited, simulator] })).toBe('model-not-served')
  })

  it('sorts accounts into tiers by priority, in their order within', () => {
    const accounts = [
      accountOf('low', { priority: -1 }),
      accountOf('a'),
      accountOf('high', { priority: 5 }),
      accountOf('b', { priority: 0 }),
    ]
    expect(outcome('gpt-4o', { accounts })).toBe('model-name gpt-4o: high | a,b | low')
  })

  it('has no account where there is none', () => {
    expect(outcome('gpt-4o', { accounts: [] })).toBe('no-account')
  })
})

describe('quote', () => {
  it('escapes control characters and cuts long names', () => {
    expect(quote('a\nb')).toBe('"a\\nb"')
    expect(quote('x'.repeat(200))).toBe(`"${'x'.repeat(100)}…"`)
  })
})
