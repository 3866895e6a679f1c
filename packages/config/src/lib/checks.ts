import { KNOWN_OAUTH_PROFILES, KNOWN_OPTIONS } from './account-config.ts'
import { isSection, valueAt } from './data.ts'
import { isLoopback } from './hosts.ts'
import type { DataPath, Problem } from './issue.ts'
import { legacyWarning, QWEN } from './legacy.ts'
import { suggest } from './suggest.ts'
import { error, unknownChoice } from './zod-problems.ts'

/** Providers whose endpoint is the user's own, so that no default can stand in for `base_url`. */
const NEEDS_BASE_URL: Readonly<Record<string, string>> = {
  azure: 'https://NAME.openai.azure.com',
  'openai-compatible': 'http://127.0.0.1:11434/v1',
}

/**
 * What no single key can be judged by. It works on the data as read rather than on the validated configuration,
 * so that these problems are reported along with the others.
 */
export function checkAcross(data: unknown, providers: readonly string[]): Problem[] {
  const accountIds = items(data, 'upstream_accounts').map(({ value }) => textAt(value, 'id'))
  const routeSets = [['model_routes'], ...items(data, 'gateway_keys').map(({ path }) => [...path, 'model_routes'])]
  const profiles = valueAt(data, ['oauth_profiles'])
  const profileNames = [...KNOWN_OAUTH_PROFILES, ...(isSection(profiles) ? Object.keys(profiles) : [])]
  const deprecated = legacyWarning(data)
  return [
    ...duplicates(data, 'gateway_keys', 'id', 'gateway key'),
    ...duplicates(data, 'gateway_keys', 'key_hash', 'gateway key'),
    ...duplicates(data, 'upstream_accounts', 'id', 'upstream account'),
    ...items(data, 'upstream_accounts').flatMap(({ value, path }) => checkAccount(value, path, providers)),
    ...items(data, 'upstream_accounts').flatMap(({ value, path }) => checkOAuthProfile(value, path, profileNames)),
    ...items(data, 'upstream_accounts').flatMap(({ value, path }) => checkHealthCheck(value, path)),
    ...items(data, 'upstream_accounts').flatMap(({ value, path }) => checkOptions(value, path)),
    ...routeSets.flatMap((path) => checkRoutes(data, path, accountIds, providers)),
    ...items(data, 'gateway_keys').flatMap(({ value, path }) => checkKeyHash(value, path)),
    ...items(data, 'gateway_keys').flatMap(({ value, path }) => checkBudget(data, value, path)),
    ...checkHost(data),
    ...(deprecated === undefined ? [] : [deprecated]),
  ]
}

interface Item {
  readonly value: unknown
  readonly path: DataPath
}

function items(data: unknown, list: string): Item[] {
  return itemsAt(data, [list])
}

function itemsAt(data: unknown, path: DataPath): Item[] {
  const value = valueAt(data, path)
  return Array.isArray(value) ? value.map((item: unknown, index) => ({ value: item, path: [...path, index] })) : []
}

function textAt(value: unknown, key: string): string | undefined {
  const found = valueAt(value, [key])
  return typeof found === 'string' && found.trim() !== '' ? found : undefined
}

/** Whether there is nothing, or text that says nothing: a value of another type is there, and wrong for that alone. */
function isMissing(value: unknown, key: string): boolean {
  const found = valueAt(value, [key]) ?? ''
  return typeof found === 'string' && found.trim() === ''
}

function duplicates(data: unknown, list: string, key: string, thing: string): Problem[] {
  const seen = new Map<string, number>()
  return items(data, list).flatMap(({ value, path }, index) => {
    const text = textAt(value, key)?.toLowerCase()
    if (text === undefined) return []
    const before = seen.get(text)
    if (before === undefined) {
      seen.set(text, index)
      return []
    }
    const message = `another ${thing} has the same "${key}": ${list}[${before}]`
    const hint = key === 'id' ? 'give each its own id' : 'remove one of the two: they are the same key'
    return [error('duplicate-value', [...path, key], message, hint)]
  })
}

function checkAccount(account: unknown, path: DataPath, providers: readonly string[]): Problem[] {
  const provider = textAt(account, 'provider')
  if (provider === undefined) return []
  const problems: Problem[] = []
  if (!providers.includes(provider) && provider !== QWEN.provider) {
    problems.push(unknownChoice('must be one of', [...path, 'provider'], providers, provider))
  }
  // What a disabled account lacks can be added before it is enabled.
  if (textAt(account, 'status') === 'disabled') return problems
  if (textAt(account, 'type') === 'api-key' && provider !== 'simulator' && isMissing(account, 'api_key')) {
    const hint = 'add it, best as a reference such as ${MY_KEY}; where the endpoint asks for none, write "none"'
    problems.push(error('missing-key', [...path, 'api_key'], '"api_key" is missing', hint))
  }
  const example = NEEDS_BASE_URL[provider]
  if (example !== undefined && isMissing(account, 'base_url')) {
    const message = `"base_url" is missing: provider ${provider} has no default`
    problems.push(error('missing-key', [...path, 'base_url'], message, `add it, such as ${example}`))
  }
  return problems
}

function checkOAuthProfile(account: unknown, path: DataPath, names: readonly string[]): Problem[] {
  const name = textAt(account, 'oauth_profile')
  if (name === undefined) return []
  const at = [...path, 'oauth_profile']
  if (textAt(account, 'type') !== 'oauth') {
    return [error('wrong-type', at, '"oauth_profile" is for accounts of type oauth', 'remove it, or set type: oauth')]
  }
  return names.includes(name) ? [] : [unknownChoice('must be a profile of oauth_profiles or one of', at, names, name)]
}

/** Of `routing` such accounts are left out; by name somebody expects what cannot be. */
function checkHealthCheck(account: unknown, path: DataPath): Problem[] {
  if (valueAt(account, ['health_check']) === undefined) return []
  const type = textAt(account, 'type')
  const profile =
    textAt(account, 'oauth_profile') ?? (textAt(account, 'provider') === 'anthropic' ? 'claude-code' : undefined)
  const why =
    type === 'passthrough'
      ? 'each client brings its own credential'
      : type === 'oauth' && profile === 'claude-code'
        ? 'its login serves Claude Code alone'
        : undefined
  if (why === undefined) return []
  const message = `"health_check" cannot be: ${why}, so the gateway asks the provider nothing of its own`
  return [error('wrong-type', [...path, 'health_check'], message, 'remove it: requests tell how the account is')]
}

/** A warning only: files may hold notes of their owners, and older versions took any. */
function checkOptions(account: unknown, path: DataPath): Problem[] {
  const provider = textAt(account, 'provider')
  const options = valueAt(account, ['options'])
  if (provider === undefined || !isSection(options)) return []
  return Object.keys(options).flatMap((name): Problem[] => {
    const found = unknownOption(provider, name)
    return found === undefined
      ? []
      : [{ severity: 'warning', code: 'unknown-key', path: [...path, 'options', name], at: 'key', ...found }]
  })
}

/** What to tell of an option that a provider does not read; undefined where it does, or the provider is not known. */
export function unknownOption(
  provider: string,
  name: string,
): { readonly message: string; readonly hint: string } | undefined {
  const known = Object.hasOwn(KNOWN_OPTIONS, provider) ? KNOWN_OPTIONS[provider] : undefined
  if (known === undefined || known.includes(name)) return undefined
  const meant = suggest(name, known)
  const hint =
    meant === undefined ? `it has ${known.length === 0 ? 'none' : known.join(', ')}` : `did you mean "${meant}"?`
  return { message: `"${name}" is no option of the provider ${provider}, so it has no effect`, hint }
}

function checkRoutes(
  data: unknown,
  path: DataPath,
  accountIds: readonly (string | undefined)[],
  providers: readonly string[],
): Problem[] {
  const routes = Array.isArray(valueAt(data, path)) ? itemsAt(data, path) : itemsAt(data, [...path, 'routes'])
  const ids = accountIds.filter((id) => id !== undefined)
  return routes.flatMap(({ value, path: at }) => {
    const problems: Problem[] = []
    for (const key of ['target_provider', 'provider']) {
      const provider = textAt(value, key)
      if (provider === undefined || providers.includes(provider) || provider === QWEN.provider) continue
      problems.push(unknownChoice('must be one of', [...at, key], providers, provider))
    }
    const account = textAt(value, 'account')
    if (account !== undefined && !ids.includes(account)) {
      const none = error('unknown-reference', [...at, 'account'], `no upstream account has the id "${account}"`)
      const { hint } = unknownChoice('', at, ids, account)
      problems.push(hint === undefined ? none : { ...none, hint })
    }
    return problems
  })
}

function checkKeyHash(key: unknown, path: DataPath): Problem[] {
  const hash = textAt(key, 'key_hash')
  if (hash === undefined || /^[0-9a-f]{64}$/i.test(hash)) return []
  return [
    {
      severity: 'warning',
      code: 'inert-key',
      path: [...path, 'key_hash'],
      message: '"key_hash" is not a SHA-256 in hex, so no client can ever use this key',
      hint: 'make a key with `llm-gateway apikey add`',
    },
  ]
}

/** Without the ledger nobody knows what was spent before the last restart. */
function checkBudget(data: unknown, key: unknown, path: DataPath): Problem[] {
  const enabled = valueAt(data, ['ledger', 'enabled'])
  if (valueAt(key, ['budget']) === undefined || (enabled !== false && enabled !== 'false')) return []
  const hint = 'remove the budget, or ledger.enabled: false'
  return [error('wrong-type', [...path, 'budget'], 'a budget needs the ledger, which is switched off', hint)]
}

function checkHost(data: unknown): Problem[] {
  const host = textAt(valueAt(data, ['server']), 'host')
  if (host === undefined || isLoopback(host)) return []
  return [
    {
      severity: 'warning',
      code: 'exposed-host',
      path: ['server', 'host'],
      message: 'the gateway will be reachable from other machines',
      hint: 'keep 127.0.0.1 unless that is meant; a wider bind needs an active gateway key and an admin secret',
    },
  ]
}
