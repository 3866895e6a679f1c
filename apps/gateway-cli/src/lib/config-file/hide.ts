import { ConfigEditor, type DataPath, type GatewayConfig, isSecretName, maskSecrets } from '@llm-gateway/config'
import { isReference } from '@llm-gateway/credentials'
import { isoTime } from '../terminal/time.ts'
import { withoutLogin } from './environment.ts'

const hidden = '(hidden)'
const encrypted = '(encrypted)'

/** The text of a configuration file without what is secret in it; references stay, since they only say where a secret is. */
export function hiddenText(text: string): string {
  const editor = new ConfigEditor(text)
  // Replaced as values, because a secret may be spread over several lines; what is left is masked by its looks.
  const secret = secretPaths(editor)
    .map((path) => [path, editor.get(path)] as const)
    .filter(([, value]) => value !== undefined && value !== null && !isShown(value))
  editor.setAll(secret.map(([path, value]) => [path, isCiphertext(value) ? encrypted : hidden]))
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

/** A proxy's login is masked by its looks, which keeps the host readable. */
function secretPaths(editor: ConfigEditor): DataPath[] {
  const places = editor.secrets().filter(({ secrecy, kind }) => secrecy !== 'login' || kind === 'encrypted')
  return [...places.map(({ path }) => path), ['server', 'web', 'password']]
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
    accounts: config.accounts.map(({ apiKey, legacyTokens, createdAt, options, proxy, ...account }) => ({
      ...account,
      ...(options && { options: hiddenOptions(options) }),
      ...(proxy !== undefined && { proxy: withoutLogin(proxy) }),
      ...(apiKey !== undefined && { apiKey: shownOf(apiKey) }),
      ...(legacyTokens && { legacyTokens: hidden }),
      ...times({ createdAt }),
    })),
    environment: Object.fromEntries(
      Object.entries(config.environment).map(([name, value]) => [name, withoutLogin(String(value))]),
    ),
    oauthProfiles: config.oauthProfiles.map(({ clientSecret, tokenParameters, ...profile }) => ({
      ...profile,
      ...(clientSecret !== undefined && { clientSecret: shownOf(clientSecret) }),
      ...(tokenParameters && { tokenParameters: hiddenOptions(tokenParameters) }),
    })),
  }
}

/** Where a secret lies is none itself. */
function shownOf(secret: string): string {
  return isReference(secret) === 'file' ? secret : hidden
}

/** Options are the provider's own, and some name a secret; hidden is a little more than what is taken for one. */
export function hiddenOptions(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      isSecretName(name) || /key|token|secret|password/i.test(name) ? hidden : value,
    ]),
  )
}

function times(values: Readonly<Record<string, number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, ms]) => (ms === undefined ? [] : [[name, isoTime(ms)]])),
  )
}
