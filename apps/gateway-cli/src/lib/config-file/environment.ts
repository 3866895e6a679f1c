import {
  type AccountConfig,
  accountProxyRecord,
  type EnvironmentConfig,
  type EnvironmentName,
  proxyRecord,
} from '@llm-gateway/config'
import { type ResolveSecretOptions, resolveSecret } from '@llm-gateway/credentials'
import { isUsableProxy, processProxy, proxyOf } from '@llm-gateway/server'
import type { ProxySettings } from '@llm-gateway/upstream'
import { CliError } from '../command-line/error.ts'
import { nearest } from '../command-line/suggest.ts'

type Environment = Readonly<Record<string, string | undefined>>

export const proxyVariables: readonly EnvironmentName[] = ['http_proxy', 'https_proxy', 'no_proxy']

/** A proxy setting and where it comes from; passwords in it are hidden. */
export interface ProxyVariable {
  readonly name: EnvironmentName
  /** What the file says. */
  readonly configured?: string
  /** What this process's environment says; a server may have another one. */
  readonly environment?: string
  /** What holds of the two: the file wins. */
  readonly effective?: string
  /** Why it cannot be used: a server with it does not start. */
  readonly problem?: string
}

const fieldOf = { http_proxy: 'httpProxy', https_proxy: 'httpsProxy', no_proxy: 'noProxy' } as const

/** A variable by any usual spelling of its name. @throws CliError `USAGE` */
export function proxyVariable(text: string): EnvironmentName {
  const name = text.trim().toLowerCase().replaceAll('-', '_')
  const found = proxyVariables.find((each) => each === name)
  if (found !== undefined) return found
  const near = nearest(name, proxyVariables)
  throw new CliError('USAGE', `--name cannot be "${text}"; it is one of ${proxyVariables.join(', ')}`, {
    ...(near !== undefined && { hint: `did you mean "${near}"?` }),
  })
}

export function readProxyVariable(name: EnvironmentName, file: EnvironmentConfig, env: Environment): ProxyVariable {
  const configured = file[fieldOf[name]]
  const environment = processProxy(name, env)?.value
  const effective = configured ?? environment
  const unsupported =
    name !== 'no_proxy' && effective !== undefined && !isWritten(effective) && !isUsableProxy(effective)
  return {
    name,
    ...(configured !== undefined && { configured: withoutLogin(configured) }),
    ...(environment !== undefined && { environment: withoutLogin(environment) }),
    ...(effective !== undefined && { effective: withoutLogin(effective) }),
    ...(unsupported && { problem: 'not supported: only http:// and https:// proxies are' }),
  }
}

/** The proxy that calls of an account take from here. @throws CredentialError when an encrypted one cannot be opened */
export async function proxySettings(
  file: EnvironmentConfig,
  env: Environment,
  opening: Omit<ResolveSecretOptions, 'record'>,
  account: AccountConfig,
): Promise<ProxySettings> {
  const { id, proxy } = account
  const own =
    proxy === undefined || proxy === 'direct'
      ? proxy
      : (await resolveSecret(proxy, { ...opening, record: accountProxyRecord(id) })).reveal()
  const open = async (name: 'http_proxy' | 'https_proxy'): Promise<string | undefined> => {
    const configured = file[fieldOf[name]]
    return configured === undefined
      ? undefined
      : (await resolveSecret(configured, { ...opening, record: proxyRecord(name) })).reveal()
  }
  const [httpProxy, httpsProxy] = await Promise.all([open('http_proxy'), open('https_proxy')])
  const { noProxy } = file
  const opened: EnvironmentConfig = {
    ...(httpProxy !== undefined && { httpProxy }),
    ...(httpsProxy !== undefined && { httpsProxy }),
    ...(noProxy !== undefined && { noProxy }),
  }
  return proxyOf(opened, env, new Map(own === undefined ? [] : [[id, own]]))
}

/** Ciphertext and files are opened by who uses them. */
function isWritten(value: string): boolean {
  return /^(?:enc|file):/.test(value)
}

/** A proxy's URL may hold a user and a password, and be encrypted for it. */
export function withoutLogin(value: string): string {
  if (value.startsWith('enc:')) return '(encrypted)'
  // Up to the last @ before the host ends: a password may hold one.
  return value.replace(/(:\/\/|^)[^/?#\s,]*@/, '$1***@')
}
