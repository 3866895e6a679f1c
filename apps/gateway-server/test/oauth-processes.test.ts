import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openCredentialStore } from '@llm-gateway/credentials'
import {
  AccountTokens,
  beginLogin,
  finishLogin,
  OAuthError,
  type TokenAccount,
  usableProfile,
} from '@llm-gateway/oauth'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../src/lib/oauth/oauth-service.ts'
import { tokenStoreOf } from '../src/lib/oauth/token-store.ts'

/** The long forms take minutes: LLM_GATEWAY_TEST_LONG=1. */
const long = process.env.LLM_GATEWAY_TEST_LONG === '1'
const cycles = long ? 200 : 10
const kills = long ? 60 : 4

interface Bench {
  readonly simulator: Simulator
  readonly home: string
  readonly account: TokenAccount
  /** The account's tokens as a process that has just started sees them. */
  fresh(): AccountTokens
  logIn(): Promise<void>
  /** Starts another process that asks for a token every so often. */
  start(everyMs: number): Promise<Caller>
}

interface Caller {
  readonly process: ChildProcess
  readonly lines: string[]
  /** Lets it end what it has begun. */
  stop(): Promise<void>
  kill(): Promise<void>
}

async function startBench(): Promise<Bench> {
  const simulator = await startSimulator()
  const home = mkdtempSync(join(tmpdir(), 'llm-gateway-oauth-'))
  const running: Caller[] = []
  onTestFinished(async () => {
    await Promise.all(running.map((caller) => caller.kill()))
    await simulator.close()
    rmSync(home, { recursive: true, force: true })
  })
  const { tokenUrl, authorizeUrl, codePageUrl } = simulator.identity
  const profile = usableProfile({
    name: 'test',
    clientId: 'client-1',
    tokenUrl,
    authorizeUrl,
    redirectUri: codePageUrl,
  })
  const account = { id: 'upstream_1', name: 'mine', profile, resource: simulator.url }
  const store = tokenStoreOf(openCredentialStore({ home, env: {}, warn: () => {} }))
  const base = { store, fetch: (url: string, init: object) => fetch(url, init), clock: systemClock }
  return {
    simulator,
    home,
    account,
    fresh: () => new AccountTokens(account, { ...base, random: Math.random }),
    logIn: async () => {
      const login = { ...base, random: (size: number) => randomBytes(size) }
      const begun = await beginLogin(account, login)
      const response = await fetch(begun.url, { redirect: 'manual' })
      await finishLogin(account, { parameters: new URL(response.headers.get('location') ?? '').searchParams }, login)
    },
    start: async (everyMs) => {
      const caller = await startCaller([home, tokenUrl, simulator.url, String(everyMs)])
      running.push(caller)
      return caller
    },
  }
}

async function startCaller(args: readonly string[]): Promise<Caller> {
  const [script, hooks] = ['oauth-caller.ts', 'from-source.mjs'].map((name) =>
    fileURLToPath(new URL(name, import.meta.url)),
  )
  const child = spawn(process.execPath, ['--import', hooks ?? '', script ?? '', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  while (lines.length === 0)
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => lines.push('gone'))])
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  return { process: child, lines, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
}

test(`O2: three processes over ${cycles} cycles refresh once each and never lose the account`, {
  timeout: 400_000,
}, async () => {
  const bench = await startBench()
  const { identity } = bench.simulator
  identity.set({ accessLifetimeMs: 500 })
  await bench.logIn()
  const callers = await Promise.all([bench.start(50), bench.start(50), bench.start(50)])
  const start = identity.counters.refreshes
  await expect
    .poll(() => identity.counters.refreshes - start, { timeout: 380_000, interval: 20 })
    .toBeGreaterThanOrEqual(cycles)
  await Promise.all(callers.map((caller) => caller.stop()))
  expect(identity.counters).toMatchObject({ reuses: 0, refusals: 0, graced: 0 })
  const failures = callers.flatMap(({ lines }) => lines.filter((line) => line.startsWith('failed')))
  expect(failures).toEqual([])
  for (const { lines } of callers) expect(new Set(lines).size).toBeGreaterThan(2)
  identity.set({ accessLifetimeMs: 60_000 })
  expect(identity.admits((await bench.fresh().force()).accessToken)).toBe(true)
})

/** Kills a process again and again in the midst of refreshes, and tells what became of the account each time. */
async function killOften(bench: Bench, check: () => Promise<void>): Promise<void> {
  // Every request refreshes, and the answer takes a while: a kill meets every part of it.
  bench.simulator.identity.set({ accessLifetimeMs: 10, answerDelayMs: 5 })
  for (let turn = 0; turn < kills; turn += 1) {
    const caller = await bench.start(5)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60))
    await caller.kill()
    // Whatever the moment, the file is one that can be read.
    JSON.parse(readFileSync(join(bench.home, 'credentials.json'), 'utf8'))
    await check()
  }
}

test(`kill -9 in ${kills} refreshes leaves a usable account, where the provider forgives a lost answer`, {
  timeout: 400_000,
}, async () => {
  const bench = await startBench()
  await bench.logIn()
  bench.simulator.identity.set({ graceMs: 60_000 })
  await killOften(bench, async () => {
    const { accessToken } = await bench.fresh().force()
    expect(accessToken).toMatch(/^sim-at-/)
  })
  expect(bench.simulator.identity.counters.reuses).toBe(0)
})

test(`kill -9 in ${kills} refreshes at the strictest provider leaves an account that works or asks for a login`, {
  timeout: 400_000,
}, async () => {
  const bench = await startBench()
  await bench.logIn()
  let lost = 0
  await killOften(bench, async () => {
    const outcome = await bench
      .fresh()
      .force()
      .catch((cause: unknown) => cause)
    if (!OAuthError.is(outcome)) return
    lost += 1
    expect(outcome.code).toBe('NEEDS_LOGIN')
    await bench.logIn()
    expect((await bench.fresh().force()).accessToken).toMatch(/^sim-at-/)
  })
  process.stderr.write(`kill -9 at a strict provider: ${lost} of ${kills} answers were lost\n`)
})
