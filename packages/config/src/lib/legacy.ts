import type { AccountConfig } from './account-config.ts'
import { isSection, valueAt } from './data.ts'
import type { DataPath, Problem } from './issue.ts'

/** A key that only the older Go program wrote. */
export interface LegacyKey {
  /** From the top; `*` is every item of a list. */
  readonly path: readonly string[]
  /** What the key is called here; without it the key means nothing here. */
  readonly renamed?: string
  /** Whether it holds an OAuth token, which must not be deleted before it is kept elsewhere. */
  readonly token?: true
}

const TIMEOUTS = ['request', 'stream', 'connect', 'tls', 'idle_conn', 'response']
const KEY = ['gateway_keys', '*']
const ACCOUNT = ['upstream_accounts', '*']

/** Every key the older Go program wrote and this one does not. */
export const LEGACY_KEYS: readonly LegacyKey[] = [
  { path: ['server', 'timeout_seconds'], renamed: 'timeout' },
  { path: ['server', 'web'] },
  ...TIMEOUTS.map((name) => ({ path: ['proxy', `${name}_timeout_seconds`], renamed: `${name}_timeout` })),
  { path: [...KEY, 'updated_at'] },
  { path: [...KEY, 'usage'] },
  { path: [...KEY, 'model_routes', 'enable_logging'] },
  { path: [...ACCOUNT, 'updated_at'] },
  { path: [...ACCOUNT, 'usage'] },
  { path: [...ACCOUNT, 'last_health_check'] },
  { path: [...ACCOUNT, 'health_status'] },
  { path: [...ACCOUNT, 'client_id'] },
  { path: [...ACCOUNT, 'client_secret'] },
  { path: [...ACCOUNT, 'access_token'], token: true },
  { path: [...ACCOUNT, 'refresh_token'], token: true },
  { path: [...ACCOUNT, 'expires_at'], token: true },
  { path: [...ACCOUNT, 'resource_url'] },
  { path: ['model_routes', 'enable_logging'] },
]

/** The older program's name for Alibaba's OpenAI-compatible endpoint, and what that endpoint is. */
export const QWEN = {
  provider: 'qwen',
  becomes: 'openai-compatible',
  baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  models: ['qwen*'],
} as const

/** A provider by its name here. */
export function modernProvider(provider: string): string {
  return provider === QWEN.provider ? QWEN.becomes : provider
}

/** An account as it would be written here: the older program's `qwen` is an OpenAI-compatible endpoint. */
export function modernAccount(account: AccountConfig & { resourceUrl?: string }): AccountConfig {
  const { resourceUrl, ...rest } = account
  if (account.provider !== QWEN.provider) return rest
  return {
    ...rest,
    provider: QWEN.becomes,
    baseUrl: account.baseUrl ?? resourceEndpoint(resourceUrl) ?? QWEN.baseUrl,
    models: account.models ?? [...QWEN.models],
  }
}

/** Qwen's OAuth names the host of the endpoint without scheme or path. */
function resourceEndpoint(resource: string | undefined): string | undefined {
  if (resource === undefined) return undefined
  const url = /^https?:\/\//.test(resource) ? resource : `https://${resource}`
  if (!URL.canParse(url)) return undefined
  const bare = url.replace(/\/+$/, '')
  return bare.endsWith('/v1') ? bare : `${bare}/v1`
}

/** Where the data holds keys or values of the older program, in the order of {@link LEGACY_KEYS}. */
export function findLegacy(value: unknown): { path: DataPath; key?: LegacyKey }[] {
  const found: { path: DataPath; key?: LegacyKey }[] = LEGACY_KEYS.flatMap((key) =>
    matches(value, key.path).map((path) => ({ path, key })),
  )
  for (const path of matches(value, [...ACCOUNT, 'status'])) if (valueAt(value, path) === 'error') found.push({ path })
  for (const path of matches(value, [...ACCOUNT, 'provider'])) {
    if (valueAt(value, path) === QWEN.provider) found.push({ path })
  }
  return found
}

/** One warning for all that the older program left behind, at the first of it. */
export function legacyWarning(value: unknown): Problem | undefined {
  const found = findLegacy(value)
  const first = found[0]
  if (first === undefined) return undefined
  const names = new Set(
    found.map(({ path, key }) => name(path) + (key === undefined ? ` (${String(valueAt(value, path))})` : '')),
  )
  return {
    severity: 'warning',
    code: 'deprecated-key',
    path: first.path,
    at: 'key',
    message: `the older program's settings are deprecated: ${[...names].join(', ')}`,
    hint: 'run `llm-gateway config rewrite` to bring the file up to date',
  }
}

function name(path: DataPath): string {
  return path.map((step, index) => (typeof step === 'number' ? '[]' : (index > 0 ? '.' : '') + step)).join('')
}

function matches(value: unknown, pattern: readonly string[], at: DataPath = []): DataPath[] {
  const [step, ...rest] = pattern
  if (step === undefined) return [at]
  if (step === '*') {
    return Array.isArray(value) ? value.flatMap((item, index) => matches(item, rest, [...at, index])) : []
  }
  return isSection(value) && Object.hasOwn(value, step) ? matches(value[step], rest, [...at, step]) : []
}
