import { randomBytes } from 'node:crypto'
import { type Identity, type Simulator, startSimulator } from '@llm-gateway/simulator'
import { onTestFinished } from 'vitest'
import {
  beginLogin,
  finishLogin,
  type LoginOptions,
  type OAuthClock,
  type OAuthFetch,
  type OAuthProfile,
  type StoredText,
  type StoreWrite,
  type TokenAccount,
  type TokenOptions,
  type TokenStore,
  usableProfile,
} from '../src/index.ts'

/** A store in memory that keeps the promises of the port. */
export class MemoryStore implements TokenStore {
  readonly records = new Map<string, StoredText>()
  readonly #queues = new Map<string, Promise<unknown>>()
  #writes = 0
  /** Called before each write. */
  beforeWrite: (path: string) => Promise<void> | void = () => {}

  async read(path: string): Promise<StoredText | undefined> {
    return this.records.get(path)
  }

  async write(path: string, text: string, { ifVersion }: { ifVersion: string }): Promise<StoreWrite> {
    await this.beforeWrite(path)
    const current = this.records.get(path)
    if (ifVersion !== 'any' && ifVersion !== (current?.version ?? 'absent')) return { ok: false, current }
    const version = `v${++this.#writes}`
    this.records.set(path, { text, version })
    return { ok: true, version }
  }

  async remove(path: string, { ifVersion }: { ifVersion: string }): Promise<boolean> {
    const current = this.records.get(path)
    if (current === undefined || (ifVersion !== 'any' && ifVersion !== current.version)) return false
    return this.records.delete(path)
  }

  async lock<T>(path: string, section: Parameters<TokenStore['lock']>[1]): Promise<T> {
    const before = this.#queues.get(path) ?? Promise.resolve()
    const held = { signal: new AbortController().signal, stillHeld: async () => true }
    const run = before.then(() => section(held))
    this.#queues.set(
      path,
      run.catch(() => {}),
    )
    return (await run) as T
  }
}

/** Two clocks that stand still until they are moved. */
export class TestClock implements OAuthClock {
  wall: number = Date.UTC(2026, 10, 28)
  mono = 1_000_000

  now(): number {
    return this.wall
  }

  monotonic(): number {
    return this.mono
  }

  /** Time goes by. */
  pass(ms: number): void {
    this.wall += ms
    this.mono += ms
  }
}

export const HOUR: number = 3_600_000

/** A simulated provider with its identity provider, an account there, and everything injected. */
export interface Bench {
  readonly simulator: Simulator
  readonly identity: Identity
  readonly store: MemoryStore
  readonly clock: TestClock
  readonly profile: OAuthProfile
  readonly account: TokenAccount
  readonly login: LoginOptions
  readonly tokens: TokenOptions
  /** Bodies sent to the token endpoint. */
  readonly sent: string[]
}

export async function startBench(more: Partial<OAuthProfile> = {}): Promise<Bench> {
  const clock = new TestClock()
  const simulator = await startSimulator({ now: () => clock.wall })
  onTestFinished(() => simulator.close())
  const { identity } = simulator
  const store = new MemoryStore()
  const profile: OAuthProfile = {
    name: 'test',
    clientId: 'client-1',
    authorizeUrl: identity.authorizeUrl,
    tokenUrl: identity.tokenUrl,
    deviceUrl: identity.deviceUrl,
    scopes: ['chat', 'models'],
    redirectUri: identity.codePageUrl,
    ...more,
  }
  const sent: string[] = []
  const spying: OAuthFetch = (url, init) => {
    sent.push(`${url} ${init.body ?? ''}`)
    return fetch(url, init)
  }
  const account = accountOf(profile, simulator.url)
  const login = { store, fetch: spying, clock, random: (size: number) => randomBytes(size) }
  const tokens: TokenOptions = { store, fetch: spying, clock, random: () => 0 }
  return { simulator, identity, store, clock, profile, account, login, tokens, sent }
}

export function accountOf(profile: OAuthProfile, resource: string): TokenAccount {
  return { id: 'upstream_1', name: 'mine', profile: usableProfile(profile), resource }
}

/** What the browser is sent back with, its person having agreed. */
export async function visit(url: string): Promise<URLSearchParams> {
  const response = await fetch(url, { redirect: 'manual' })
  const location = response.headers.get('location')
  if (location === null) throw new Error(`no redirect but ${response.status}: ${await response.text()}`)
  return new URL(location).searchParams
}

/** Logs the bench's account in. */
export async function logIn(bench: Bench): Promise<void> {
  const begun = await beginLogin(bench.account, bench.login)
  await finishLogin(bench.account, { parameters: await visit(begun.url) }, bench.login)
}
