import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI, type HttpOptions } from '@google/genai'
import { mintGatewayKey } from '@llm-gateway/access'
import type { AccessRecord } from '@llm-gateway/gateway'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import OpenAI from 'openai'
import { GatewayServer, readRuntime, type ServerOptions } from '../src/index.ts'

/** A section of the configuration file, as the file spells it. */
export type Section = Record<string, unknown>

export interface GatewayFixture {
  readonly accounts: readonly Section[]
  /** Sections besides accounts and keys; `gateway_keys` here replaces the one key every fixture has. */
  readonly config?: Section
  readonly env?: Readonly<Record<string, string>>
  readonly pulse?: ServerOptions['pulse']
}

/** A gateway on a port of its own with a home of its own, and what a test needs to talk to it. */
export interface TestGateway {
  readonly server: GatewayServer
  readonly url: string
  /** A gateway key with read and write. */
  readonly key: string
  readonly home: string
  readonly configFile: string
  /** Stops the server once and gives all it has logged. */
  stop(): Promise<readonly LogLine[]>
  openai(options?: { apiKey?: string; maxRetries?: number }): OpenAI
  anthropic(options?: { apiKey?: string; maxRetries?: number }): Anthropic
  google(options?: HttpOptions): GoogleGenAI
  /** A request with the fixture's key; a body that is no text is sent as JSON. */
  fetch(path: string, init?: TestRequest): Promise<Response>
  /** The admin API's status. */
  status(): Promise<Record<string, unknown>>
  saveConfig(sections: Section): void
  [Symbol.asyncDispose](): Promise<void>
}

interface TestRequest extends Pick<RequestInit, 'method' | 'signal'> {
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

export type LogLine = Partial<AccessRecord> & { readonly level: string; readonly message: string }

/** Upstream credentials the tests look for where they must not be. */
export const anthropicSecret = 'sk-ant-canary-4f9d1c7b2a8e6035'
export const openaiSecret = 'sk-canary-b83e57d1906f4ac2'
export const googleSecret = 'AIza-canary-5c0f1e7d92b84a36'

/** An account at a simulator (or any other address) that speaks Anthropic's dialect. */
export function anthropicAccount(url: string, more: Section = {}): Section {
  const account = { id: 'upstream_anthropic', name: 'claude', type: 'api-key', provider: 'anthropic' }
  return { ...account, api_key: anthropicSecret, base_url: url, ...more }
}

/** An account at a simulator (or any other address) that speaks OpenAI's chat dialect. */
export function openaiAccount(url: string, more: Section = {}): Section {
  const account = { id: 'upstream_openai', name: 'gpt', type: 'api-key', provider: 'openai' }
  return { ...account, api_key: openaiSecret, base_url: `${url}/v1`, ...more }
}

/** An account at a simulator (or any other address) that speaks Gemini's dialect. */
export function googleAccount(url: string, more: Section = {}): Section {
  const account = { id: 'upstream_google', name: 'gemini', type: 'api-key', provider: 'google' }
  return { ...account, api_key: googleSecret, base_url: url, ...more }
}

/** A gateway key as the configuration file holds it, and the raw key. */
export function gatewayKey(more: Section = {}): { readonly raw: string; readonly section: Section } {
  const { key, keyHash, id } = mintGatewayKey()
  return { raw: key, section: { id, name: 'test', key_hash: keyHash, permissions: ['read', 'write'], ...more } }
}

/** Starts a gateway from a configuration file in a fresh home directory. */
export async function startGateway(fixture: GatewayFixture): Promise<TestGateway> {
  const home = mkdtempSync(join(tmpdir(), 'llm-gateway-test-'))
  const configFile = join(home, 'config.yaml')
  const { raw, section } = gatewayKey()
  const sections = {
    // Tests that end with a stream open must not wait for the default half minute.
    server: { drain_timeout: 1 },
    logging: { file: join(home, 'server.log') },
    upstream_accounts: fixture.accounts,
    gateway_keys: [section],
    ...fixture.config,
  }
  writeConfig(configFile, sections)
  try {
    const { env = {}, pulse } = fixture
    const server = await GatewayServer.start({ home, configFile, env, port: 0, ...(pulse && { pulse }) })
    return testGateway(server, { home, configFile, key: raw })
  } catch (cause) {
    rmSync(home, { recursive: true, force: true })
    throw cause
  }
}

/** JSON is YAML, so a test says what the file holds as data. */
export function writeConfig(file: string, sections: Section): void {
  writeFileSync(file, JSON.stringify(sections, undefined, 2))
}

function testGateway(
  server: GatewayServer,
  { home, configFile, key }: { home: string; configFile: string; key: string },
): TestGateway {
  const { url } = server
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= server.stop()
    return stopped
  }
  return {
    server,
    url,
    key,
    home,
    configFile,
    stop: () => stop().then(() => readLog(join(home, 'server.log'))),
    openai: (options) => new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, ...options }),
    anthropic: (options) => new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0, ...options }),
    google: (options) => new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url, ...options } }),
    fetch: (path, { method, headers, body, ...init } = {}) =>
      fetch(url + path, {
        ...init,
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    status: async () => {
      const token = readRuntime(home)?.token ?? ''
      const response = await fetch(`${url}/admin/api/status`, { headers: { authorization: `Bearer ${token}` } })
      return (await response.json()) as Record<string, unknown>
    },
    saveConfig: (sections) => writeConfig(configFile, sections),
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function readLog(file: string): readonly LogLine[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LogLine)
}

/** Two simulated providers and a gateway with an account at each. */
export interface Pair {
  readonly gateway: TestGateway
  readonly anthropic: Simulator
  readonly openai: Simulator
  [Symbol.asyncDispose](): Promise<void>
}

export async function startPair(config: Section = {}): Promise<Pair> {
  const [anthropic, openai] = await Promise.all([startSimulator(), startSimulator()])
  const accounts = [anthropicAccount(anthropic.url), openaiAccount(openai.url)]
  const gateway = await startGateway({ accounts, config })
  return {
    gateway,
    anthropic,
    openai,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await Promise.all([anthropic.close(), openai.close()])
    },
  }
}

/** Resolves when `holds` does, asking every few milliseconds; fails with `what` after five seconds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 5_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`did not happen within 5 s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Runs `task` for 0 .. count - 1, so many at a time, and gives the results in order. */
export async function concurrently<T>(
  count: number,
  width: number,
  task: (index: number) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) results[index] = await task(index)
  }
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane))
  return results
}

/** One server-sent event as text. */
export interface SseEvent {
  readonly event?: string
  readonly data: string
}

/** The events of a whole stream; comments are left out. */
export function readEvents(text: string): readonly SseEvent[] {
  return text
    .split(/\r?\n\r?\n/)
    .map((frame) => frame.split(/\r?\n/))
    .filter((lines) => lines.some((line) => line.startsWith('data:')))
    .map((lines) => {
      const field = (name: string): string[] =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trimStart())
      const event = field('event')[0]
      return { ...(event !== undefined && { event }), data: field('data').join('\n') }
    })
}
