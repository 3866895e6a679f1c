import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { loadConfig } from '@llm-gateway/config'
import { openCredentialStore } from '@llm-gateway/credentials'
import { beginLogin, finishLogin, type LoginOptions, type TokenAccount } from '@llm-gateway/oauth'
import type { Simulator } from '@llm-gateway/simulator'
import { profileOf, readRuntime, systemClock, tokenAccountOf, tokenStoreOf } from '../src/index.ts'
import type { Section, TestGateway } from './harness.ts'

/** A profile at a simulated identity provider, as the configuration file holds it. */
export function profileSection({ identity }: Simulator, more: Section = {}): Section {
  return {
    client_id: 'client-1',
    authorize_url: identity.authorizeUrl,
    token_url: identity.tokenUrl,
    device_url: identity.deviceUrl,
    redirect_uri: identity.codePageUrl,
    scopes: ['chat'],
    ...more,
  }
}

/** An account that speaks Anthropic's dialect and logs in by a profile. */
export function oauthAccount(url: string, more: Section = {}): Section {
  return { id: 'upstream_oauth', name: 'login', type: 'oauth', provider: 'anthropic', base_url: url, ...more }
}

/** The account as the file of a gateway has it, and what a login of it needs: another process's view. */
export function otherProcess(
  gateway: Pick<TestGateway, 'home' | 'configFile'>,
  id = 'upstream_oauth',
): { readonly account: TokenAccount; readonly login: LoginOptions } {
  const loaded = loadConfig(readFileSync(gateway.configFile, 'utf8'))
  if (!loaded.ok) throw new Error('the configuration is not valid')
  const account = loaded.config.accounts.find((each) => each.id === id)
  if (account === undefined) throw new Error(`no account ${id}`)
  const store = tokenStoreOf(openCredentialStore({ home: gateway.home, env: {}, warn: () => {} }))
  return {
    account: tokenAccountOf(account, profileOf(account, loaded.config)),
    login: { store, fetch: (url, init) => fetch(url, init), clock: systemClock, random: randomBytes },
  }
}

/** Logs an account in as the command line does, by its clock `agoMs` ago, and tells the running server unless told not to. */
export async function logIn(
  gateway: TestGateway,
  { id, agoMs = 0, tell = true }: { id?: string; agoMs?: number; tell?: boolean } = {},
): Promise<void> {
  const { account, login } = otherProcess(gateway, id)
  const past = { ...login, clock: { ...systemClock, now: () => Date.now() - agoMs } }
  const begun = await beginLogin(account, past)
  const response = await fetch(begun.url, { redirect: 'manual' })
  const parameters = new URL(response.headers.get('location') ?? '').searchParams
  await finishLogin(account, { parameters }, past)
  if (tell) await reload(gateway)
}

export async function reload(gateway: TestGateway): Promise<void> {
  const token = readRuntime(gateway.home)?.token ?? ''
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${gateway.url}/admin/api/reload`, { method: 'POST', headers })
  if (!response.ok) throw new Error(`reload: ${response.status} ${await response.text()}`)
}
