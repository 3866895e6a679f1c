import { ConfigEditor, type DataPath, type GatewayConfig, maskSecrets } from '@llm-gateway/config'
import { isReference } from '@llm-gateway/credentials'
import { isoTime } from './time.ts'

const hidden = '(hidden)'
const encrypted = '(encrypted)'

/** Keys of an account that hold a secret; the last three are the older program's. */
const secretKeys = ['api_key', 'client_secret', 'access_token', 'refresh_token']

/** The text of a configuration file without what is secret in it; references stay, since they only say where a secret is. */
export function hiddenText(text: string): string {
  const editor = new ConfigEditor(text)
  // Replaced as values, because a secret may be spread over several lines; what is left is masked by its looks.
  for (const path of secretPaths(editor)) {
    const value = editor.get(path)
    if (value !== undefined && value !== null && !isShown(value))
      editor.set(path, isCiphertext(value) ? encrypted : hidden)
  }
  return editor
    .toString()
    .split('\n')
    .map((line) => (namesAnEntry.test(line) ? line : masked(line)))
    .join('\n')
}

/** What stands in place of a secret says more than stars would; a reference to a file is what the masking leaves alone. */
function masked(line: string): string {
  const guarded = line.replaceAll(hidden, 'file:hidden-here').replaceAll(encrypted, 'file:encrypted-here')
  const stars = maskSecrets(guarded).replaceAll(/\*{8,}/g, '********')
  return stars.replaceAll('file:hidden-here', hidden).replaceAll('file:encrypted-here', encrypted)
}

function isCiphertext(value: unknown): boolean {
  return typeof value === 'string' && isReference(value) === 'encrypted'
}

/** Ids look like keys and are none. */
const namesAnEntry = /^\s*(?:-\s*)?(?:id|account)\s*:/

function secretPaths(editor: ConfigEditor): DataPath[] {
  const accounts = editor.get(['upstream_accounts'])
  const count = Array.isArray(accounts) ? accounts.length : 0
  const ofAccounts = Array.from({ length: count }, (_, index) =>
    secretKeys.map((key): DataPath => ['upstream_accounts', index, key]),
  ).flat()
  return [...ofAccounts, ...optionPaths(editor), ['server', 'web', 'password']]
}

/** Options whose name says that they are secret; a proxy's login is masked by its looks, which keeps the host readable. */
function optionPaths(editor: ConfigEditor): DataPath[] {
  return editor.secrets().flatMap(({ path }) => (path[2] === 'options' ? [path] : []))
}

function isShown(value: unknown): boolean {
  return typeof value === 'string' && (value === '' || isPureReference(value) || isReference(value) === 'file')
}

/** `${NAME}` and nothing else; a default within it may be a secret. */
function isPureReference(value: string): boolean {
  return /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(value)
}

/** The configuration in force without what is secret in it, ready for JSON. */
export function hiddenConfig(config: GatewayConfig): unknown {
  return {
    ...config,
    server: { ...config.server, ...(config.server.admin && { admin: hidden }) },
    keys: config.keys.map(({ keyHash: _hash, expiresAt, createdAt, ...key }) => ({
      ...key,
      ...times({ expiresAt, createdAt }),
    })),
    accounts: config.accounts.map(({ apiKey, legacyTokens, createdAt, options, ...account }) => ({
      ...account,
      ...(options && { options: hiddenOptions(options) }),
      ...(apiKey !== undefined && { apiKey: isReference(apiKey) === 'file' ? apiKey : hidden }),
      ...(legacyTokens && { legacyTokens: hidden }),
      ...times({ createdAt }),
    })),
    environment: Object.fromEntries(
      Object.entries(config.environment).map(([name, value]) => [name, maskSecrets(String(value))]),
    ),
  }
}

/** Options are the provider's own, and some name a secret. */
export function hiddenOptions(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, /key|token|secret|password/i.test(name) ? hidden : value]),
  )
}

function times(values: Readonly<Record<string, number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, ms]) => (ms === undefined ? [] : [[name, isoTime(ms)]])),
  )
}
