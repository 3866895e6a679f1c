import type { Ids } from '../dice.ts'
import { remember } from '../remember.ts'
import type { IdentitySettings } from './settings.ts'

/** What the identity provider has done, for tests to count. */
export interface IdentityCounters {
  /** Requests to the token endpoint, outages included. */
  tokenRequests: number
  /** Codes traded for tokens. */
  logins: number
  /** Refresh tokens traded for tokens. */
  refreshes: number
  /** Of these, repeated ones within the grace period. */
  graced: number
  /** Refresh tokens or codes shown again, which killed a family. */
  reuses: number
  /** Requests refused for any other reason. */
  refusals: number
  /** Polls of the device flow. */
  polls: number
}

/** All tokens that go back to one login. */
interface Family {
  readonly client: string
  readonly scope: string
  dead: boolean
}

interface Refresh {
  readonly family: Family
  usedAt: number | undefined
  /** The one it was traded for. */
  successor: string | undefined
}

/** A login that a person has agreed to and whose code was not traded yet. */
export interface Code {
  readonly client: string
  readonly redirectUri: string
  readonly challenge: string
  readonly scope: string
  readonly endsAt: number
}

/** A device that waits. */
export interface Device {
  readonly client: string
  readonly scope: string
  readonly userCode: string
  readonly endsAt: number
  verdict: 'pending' | 'approved' | 'denied'
  intervalMs: number
  polledAt: number | undefined
}

/** What a token endpoint answers with. */
export interface Issued {
  access_token: string
  token_type: 'Bearer'
  expires_in: number
  refresh_token: string
  scope: string
}

const ACCESS_PREFIX = 'sim-at-'

/** The tokens, codes and devices of the identity provider. */
export class Grants {
  readonly counters: IdentityCounters = newCounters()
  readonly #ids: Ids
  readonly #now: () => number
  readonly #settings: () => IdentitySettings
  readonly #capacity: number
  readonly #codes = new Map<string, Code>()
  /** Families of codes that were traded: a code shown again ends its family (RFC 6749 §4.1.2). */
  readonly #traded = new Map<string, Family>()
  readonly #access = new Map<string, { family: Family; endsAt: number }>()
  readonly #refresh = new Map<string, Refresh>()
  readonly #devices = new Map<string, Device>()

  /** @param capacity codes, tokens and devices, of each this many, remembered before the oldest is forgotten. */
  constructor(ids: Ids, now: () => number, settings: () => IdentitySettings, capacity = 10_000) {
    this.#ids = ids
    this.#now = now
    this.#settings = settings
    this.#capacity = capacity
  }

  /** Whether a credential is an access token of this provider, good or not. */
  isOurs(credential: string): boolean {
    return credential.startsWith(ACCESS_PREFIX)
  }

  /** Whether an access token is good. */
  admits(token: string): boolean {
    const known = this.#access.get(token)
    return known !== undefined && !known.family.dead && this.#now() < known.endsAt
  }

  addCode(code: Omit<Code, 'endsAt'>): string {
    const name = this.#ids.next('sim-code-', 32)
    const endsAt = this.#now() + this.#settings().codeLifetimeMs
    remember(this.#codes, name, { ...code, endsAt }, this.#capacity)
    return name
  }

  /** The code's login, used up; or why not. */
  takeCode(name: string): Code | undefined {
    const traded = this.#traded.get(name)
    if (traded) this.#kill(traded)
    const code = this.#codes.get(name)
    this.#codes.delete(name)
    return code && this.#now() < code.endsAt ? code : undefined
  }

  /** Issues the first tokens of a login. */
  begin(client: string, scope: string, code?: string): Issued {
    const family: Family = { client, scope, dead: false }
    if (code !== undefined) remember(this.#traded, code, family, this.#capacity)
    this.counters.logins += 1
    return this.#issue(family)
  }

  /** Trades a refresh token; undefined when it is not good, which may cost its family. */
  rotate(token: string, client: string): Issued | undefined {
    const known = this.#refresh.get(token)
    if (known === undefined || known.family.dead || known.family.client !== client) return undefined
    if (this.#settings().rotation === 'none') {
      this.counters.refreshes += 1
      return { ...this.#issue(known.family), refresh_token: token }
    }
    if (known.usedAt !== undefined && !this.#graced(known)) {
      this.#kill(known.family)
      return undefined
    }
    this.counters.refreshes += 1
    known.usedAt ??= this.#now()
    const issued = this.#issue(known.family)
    known.successor = issued.refresh_token
    return issued
  }

  addDevice(client: string, scope: string): { readonly deviceCode: string; readonly device: Device } {
    const { deviceInterval } = this.#settings()
    const userCode = this.#ids.next('', 8).toUpperCase()
    const device: Device = {
      client,
      scope,
      userCode: `${userCode.slice(0, 4)}-${userCode.slice(4)}`,
      endsAt: this.#now() + 900_000,
      verdict: 'pending',
      intervalMs: deviceInterval * 1000,
      polledAt: undefined,
    }
    const deviceCode = this.#ids.next('sim-device-', 32)
    remember(this.#devices, deviceCode, device, this.#capacity)
    return { deviceCode, device }
  }

  device(code: string): Device | undefined {
    return this.#devices.get(code)
  }

  /** @returns whether a device waits under this code. */
  decide(userCode: string, verdict: 'approved' | 'denied'): boolean {
    const device = [...this.#devices.values()].find((each) => each.userCode === userCode.toUpperCase())
    if (device) device.verdict = verdict
    return device !== undefined
  }

  dropDevice(code: string): void {
    this.#devices.delete(code)
  }

  /** Ends every access token there is; refresh tokens go on working. */
  expireAccess(): void {
    for (const known of this.#access.values()) known.endsAt = this.#now()
  }

  /** Ends every token there is. */
  revokeAll(): void {
    for (const { family } of this.#refresh.values()) family.dead = true
    for (const { family } of this.#access.values()) family.dead = true
  }

  clear(): void {
    for (const map of [this.#codes, this.#traded, this.#access, this.#refresh, this.#devices]) map.clear()
    Object.assign(this.counters, newCounters())
  }

  #graced({ usedAt = 0, successor }: Refresh): boolean {
    const unused = successor !== undefined && this.#refresh.get(successor)?.usedAt === undefined
    if (!unused || this.#now() - usedAt > this.#settings().graceMs || this.#settings().graceMs === 0) return false
    this.#refresh.delete(successor)
    this.counters.graced += 1
    return true
  }

  #issue(family: Family): Issued {
    const { accessLifetimeMs } = this.#settings()
    const access = this.#ids.next(ACCESS_PREFIX, 40)
    const refresh = this.#ids.next('sim-rt-', 40)
    remember(this.#access, access, { family, endsAt: this.#now() + accessLifetimeMs }, this.#capacity)
    remember(this.#refresh, refresh, { family, usedAt: undefined, successor: undefined }, this.#capacity)
    return {
      access_token: access,
      token_type: 'Bearer',
      expires_in: accessLifetimeMs / 1000,
      refresh_token: refresh,
      scope: family.scope,
    }
  }

  #kill(family: Family): void {
    family.dead = true
    this.counters.reuses += 1
  }
}

function newCounters(): IdentityCounters {
  return { tokenRequests: 0, logins: 0, refreshes: 0, graced: 0, reuses: 0, refusals: 0, polls: 0 }
}
