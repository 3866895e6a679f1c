import type { Runtime, ServerStatus } from '@llm-gateway/server'
import { CliError } from '../command-line/error.ts'

/** A server that does not answer within this time is stuck; its admin API does no slow work. */
const timeoutMs = 5_000

export type ReloadResult =
  /** `notes`: what only a restart puts in force. */
  { readonly ok: true; readonly notes?: readonly string[] } | { readonly ok: false; readonly problem: string }

/** Talks to the server that a runtime file names, with the token it holds. */
export class AdminClient {
  readonly #runtime: Runtime

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** @throws CliError when the server does not answer as it should. */
  async status(): Promise<ServerStatus> {
    return (await this.#json('GET', '/admin/api/status', [200])) as ServerStatus
  }

  /** Has the server read its configuration; the value tells why it refused. @throws CliError when it does not answer. */
  async reload(): Promise<ReloadResult> {
    return (await this.#json('POST', '/admin/api/reload', [200, 422])) as ReloadResult
  }

  /** What `GET /health` says, such as `healthy`. @throws CliError when the server does not answer. */
  async health(): Promise<string> {
    const body = (await this.#json('GET', '/health', [200, 503])) as { status?: unknown }
    return typeof body.status === 'string' ? body.status : 'unknown'
  }

  /** What a path of the admin API says. @throws CliError when the server refuses or does not answer. */
  async get<T>(path: string): Promise<T> {
    return (await this.#json('GET', path, [200])) as T
  }

  /** Like {@link get}; undefined when there is no such thing. */
  async find<T>(path: string): Promise<T | undefined> {
    const response = await this.#send('GET', path)
    if (response.status === 404) {
      await response.body?.cancel()
      return undefined
    }
    if (response.status !== 200) throw await this.#refused(`GET ${path}`, response)
    return (await response.json()) as T
  }

  /** Whether the server takes requests. */
  async ready(): Promise<boolean> {
    try {
      return (await this.#send('GET', '/readyz')).ok
    } catch (cause) {
      if (cause instanceof CliError) return false
      throw cause
    }
  }

  async #json(method: string, path: string, expected: readonly number[]): Promise<unknown> {
    const response = await this.#send(method, path)
    if (!expected.includes(response.status)) throw await this.#refused(`${method} ${path}`, response)
    try {
      return await response.json()
    } catch (cause) {
      throw this.#strange(`${method} ${path} did not answer with JSON`, cause)
    }
  }

  async #send(method: string, path: string): Promise<Response> {
    const { url, token } = this.#runtime
    try {
      return await fetch(new URL(path, url), {
        method,
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      })
    } catch (cause) {
      throw this.#strange('it does not answer', cause)
    }
  }

  /** In the server's own words where it has some: it knows what is wrong. */
  async #refused(call: string, response: Response): Promise<CliError> {
    const told = messageIn(await response.text().catch(() => ''))
    if (told === undefined) return this.#strange(`${call} answered ${response.status}`)
    const { url, pid } = this.#runtime
    return new CliError('FAILED', `the server at ${url} (pid ${pid}) says: ${told}`)
  }

  #strange(what: string, cause?: unknown): CliError {
    const { url, pid } = this.#runtime
    return new CliError('FAILED', `the server at ${url} (pid ${pid}) is not as it should be: ${what}`, {
      hint: 'read its log, or restart it',
      cause,
    })
  }
}

/** The message of the admin API's `{"error":{"message":…}}`. */
function messageIn(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } }
    return typeof error?.message === 'string' ? error.message : undefined
  } catch {
    return undefined
  }
}
