import {
  type AccountDialect,
  type AccountInput,
  endpointFault,
  KNOWN_PROVIDERS,
  parseDuration,
} from '@llm-gateway/config'
import { type Provider, providers } from '@llm-gateway/upstream'
import { CliError } from '../command-line/error.ts'
import { choiceOf, choicesOf, listOf, modelsOf, wholeNumber } from '../command-line/lists.ts'
import { nearest } from '../command-line/suggest.ts'

/** Flags that describe an account, as they were given. */
export interface SettingFlags {
  readonly oauthProfile: string | undefined
  readonly baseUrl: string | undefined
  readonly models: readonly string[] | undefined
  readonly dialects: readonly string[] | undefined
  readonly priority: string | undefined
  readonly weight: string | undefined
  readonly healthCheck: string | undefined
  readonly option: readonly string[] | undefined
}

export interface AccountFlags extends SettingFlags {
  readonly type: string
  readonly provider: string | undefined
}

type Settings = Pick<
  AccountInput,
  'oauthProfile' | 'baseUrl' | 'models' | 'dialects' | 'priority' | 'weight' | 'healthCheckMs' | 'options'
>

const dialects: readonly AccountDialect[] = [
  'openai-chat',
  'openai-completions',
  'openai-responses',
  'anthropic',
  'gemini',
]

/** What the flags say of the account, checked before anything is asked or written. @throws CliError `USAGE` */
export function readSettings(flags: SettingFlags): Settings {
  const models = modelsOf(flags.models)
  const spoken = listOf(flags.dialects)
  if (spoken?.length === 0) throw new CliError('USAGE', `--dialects needs at least one of ${dialects.join(', ')}`)
  const priority = wholeNumber(flags.priority, '--priority', { min: Number.MIN_SAFE_INTEGER })
  const weight = readWeight(flags.weight)
  const healthCheckMs = readInterval(flags.healthCheck)
  const options = readOptions(flags.option ?? [])
  return {
    ...(flags.oauthProfile !== undefined && { oauthProfile: flags.oauthProfile }),
    ...(flags.baseUrl !== undefined && { baseUrl: readBaseUrl(flags.baseUrl) }),
    ...(models && models !== 'all' && { models }),
    ...(spoken && { dialects: choicesOf(spoken, dialects, '--dialects') }),
    ...(priority !== undefined && { priority }),
    ...(weight !== undefined && { weight }),
    ...(healthCheckMs !== undefined && { healthCheckMs }),
    ...(options && { options }),
  }
}

/** The flags of `upstream add`. @throws CliError `USAGE` or `REFUSED` */
export function readAccountFlags(flags: AccountFlags): {
  readonly type: AccountInput['type']
  readonly provider: Provider
  readonly settings: Settings
} {
  const type = choiceOf(flags.type, ['api-key', 'oauth', 'passthrough'], '--type')
  const provider = readProvider(flags.provider)
  if (flags.oauthProfile !== undefined && type !== 'oauth') {
    throw new CliError('USAGE', '--oauth-profile is for --type=oauth')
  }
  if (provider.needsBaseUrl === true && provider.id !== 'simulator' && flags.baseUrl === undefined) {
    throw new CliError('USAGE', `--base-url is missing: the provider ${provider.id} has no default`)
  }
  return { type, provider, settings: readSettings(flags) }
}

function readProvider(id: string | undefined): Provider {
  const known = [...providers.keys()]
  if (id === undefined) throw new CliError('USAGE', `--provider is missing; it is one of ${known.join(', ')}`)
  const provider = providers.get(id)
  if (provider) return provider
  if (KNOWN_PROVIDERS.includes(id)) {
    throw new CliError('REFUSED', `the provider "${id}" is not served by this version`, {
      hint: `those served are ${known.join(', ')}`,
    })
  }
  const near = nearest(id, known)
  const guess = near === undefined ? '' : `; did you mean "${near}"?`
  throw new CliError('USAGE', `choose a known provider, not "${id}"`, { hint: `they are ${known.join(', ')}${guess}` })
}

/** What reads a variable the schema judges, by the value that the variable has. */
function readBaseUrl(text: string): string {
  const fault = text.includes('${') ? undefined : endpointFault(text.trim())
  if (fault !== undefined) throw new CliError('USAGE', `--base-url ${fault}`)
  return text
}

function readWeight(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const weight = text.trim() === '' ? Number.NaN : Number(text)
  if (weight >= 0 && Number.isFinite(weight)) return weight
  throw new CliError('USAGE', `--weight must be a number of 0 or more, not "${text}"`)
}

function readInterval(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0) return ms
  throw new CliError('USAGE', `--health-check must be a duration such as 30s, 5m or 1h, not "${text}"`)
}

/** `name=value`; only what is plainly JSON is more than text, since a version such as 2024 is text too. */
function readOptions(texts: readonly string[]): Record<string, unknown> | undefined {
  if (texts.length === 0) return undefined
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at <= 0) throw new CliError('USAGE', `--option takes NAME=VALUE, not "${text}"`)
      return [text.slice(0, at), readOptionValue(text.slice(0, at), text.slice(at + 1))]
    }),
  )
}

function readOptionValue(name: string, value: string): unknown {
  if (!/^(?:[[{]|(?:true|false)$)/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch (cause) {
    throw new CliError('USAGE', `--option ${name} looks like JSON but is none`, { cause })
  }
}
