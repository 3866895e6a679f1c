import type { AccountConfig, TimeoutConfig } from '@llm-gateway/config'
import { convertRequest, type Dialect, dialects } from '@llm-gateway/converter'
import type { Secret } from '@llm-gateway/credentials'
import {
  credentialHeaders,
  type Operation,
  type Provider,
  type ProxySettings,
  providers,
  type ResolvedCall,
  readErrorMessage,
  resolveCall,
  UpstreamClient,
  type UpstreamSink,
} from '@llm-gateway/upstream'
import { CliError } from '../command-line/error.ts'

export interface ProbeOptions {
  readonly account: AccountConfig
  readonly secret: Secret | undefined
  /** Ask this model for one token; absent: list the models, which costs nothing. */
  readonly model: string | undefined
  readonly timeouts: TimeoutConfig
  readonly proxy: ProxySettings
  /** Monotonic milliseconds. */
  readonly clock: () => number
}

/** What a provider answered to a probe. */
export interface ProbeReport {
  readonly ok: boolean
  readonly check: 'list-models' | 'completion'
  readonly url: string
  /** HTTP status; absent when no answer came. */
  readonly status?: number
  readonly latencyMs: number
  /** Models listed. */
  readonly models?: number
  /** Why it is not ok. */
  readonly problem?: string
}

/**
 * Asks an account's provider something that tells whether address and credential are right.
 *
 * @throws CliError when this account cannot be asked; UpstreamError when its settings make no valid call.
 */
export async function probe(options: ProbeOptions): Promise<ProbeReport> {
  const { account, secret, model, timeouts, proxy, clock } = options
  const provider = providers.get(account.provider)
  if (!provider) throw new CliError('REFUSED', `the provider "${account.provider}" is not served by this version`)
  const check = model === undefined ? 'list-models' : 'completion'
  const { call, body } = callFor(account, provider, model)
  const client = new UpstreamClient({ proxy, timeouts, connections: 1 })
  const startedAt = clock()
  try {
    const credential = secret && credentialHeaders(provider, secret.reveal(), account)
    const answer = await send(client, account.id, call, body, credential)
    const base = { check, url: call.url, latencyMs: Math.round(clock() - startedAt) } as const
    if (!('status' in answer)) return { ...base, ok: false, problem: answer.problem }
    return { ...base, status: answer.status, ...judge(check, answer) }
  } finally {
    await client.close()
  }
}

interface PreparedCall {
  readonly call: ResolvedCall
  /** Absent for a call that has none. */
  readonly body?: string
}

function callFor(account: AccountConfig, provider: Provider, model: string | undefined): PreparedCall {
  const operation: Operation = model === undefined ? 'list-models' : 'generate'
  const dialect = dialectFor(account, provider)
  const { id, baseUrl, options } = account
  const target = { id, provider: provider.id, ...(baseUrl !== undefined && { baseUrl }), ...(options && { options }) }
  const context = { dialect, operation, model: model ?? '', stream: false, clientHeaders: {}, sameDialect: false }
  const call = resolveCall(target, provider, context)
  return model === undefined ? { call } : { call, body: smallestRequest(call.model, dialect, provider) }
}

/** The first dialect of the account that this version speaks. */
function dialectFor(account: AccountConfig, provider: Provider): Dialect {
  const spoken: readonly string[] = account.dialects ?? provider.dialects
  const found = spoken.map((each) => dialects.find((known) => known === each)).find((each) => each !== undefined)
  if (found !== undefined) return found
  throw new CliError(
    'REFUSED',
    `account ${account.id} speaks only ${spoken.join(', ')}, which this version cannot test`,
  )
}

function smallestRequest(model: string, to: Dialect, provider: Provider): string {
  const request = { model, max_tokens: 1, messages: [{ role: 'user', content: 'Hi' }] }
  const { body } = convertRequest(request, { from: 'anthropic', to, capabilities: provider.profile ?? {} })
  return JSON.stringify(body)
}

type Answer =
  | { readonly status: number; readonly contentType: string | undefined; readonly body: Buffer }
  | { readonly problem: string }

function send(
  client: UpstreamClient,
  accountId: string,
  { origin, path, headers }: ResolvedCall,
  body: string | undefined,
  credential: Record<string, string> | undefined,
): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let status = 0
    let contentType: string | undefined
    const sink: UpstreamSink = {
      onHead: (code, head) => {
        status = code
        contentType = typeof head['content-type'] === 'string' ? head['content-type'] : undefined
      },
      onData: (chunk) => {
        chunks.push(chunk)
        return undefined
      },
      onEnd: () => resolve({ status, contentType, body: Buffer.concat(chunks) }),
      onFailure: ({ message }) => resolve({ problem: message }),
    }
    const method = body === undefined ? 'GET' : 'POST'
    client.send(
      { accountId, origin, path, headers: { ...headers, ...credential }, body: body ?? '', method, stream: false },
      sink,
    )
  })
}

function judge(
  check: ProbeReport['check'],
  { status, contentType, body }: Extract<Answer, { status: number }>,
): Pick<ProbeReport, 'ok' | 'models' | 'problem'> {
  if (status < 200 || status > 299) {
    const said = readErrorMessage(body, contentType, status)
    return { ok: false, problem: `${meaningOf(status, check)}: ${said}` }
  }
  if (check === 'completion') return { ok: true }
  const models = countModels(body)
  return models === undefined
    ? { ok: false, problem: 'the answer is no list of models: is this the address of an API?' }
    : { ok: true, models }
}

function meaningOf(status: number, check: ProbeReport['check']): string {
  if (status === 401 || status === 403) return `the provider refuses the credential (${status})`
  if (status === 404 && check === 'list-models') return 'the provider lists no models here (404); try --model'
  if (status === 429) return 'the account is out of quota for now (429)'
  return status >= 500
    ? `the provider has trouble of its own (${status})`
    : `the provider refuses the request (${status})`
}

/** OpenAI and Anthropic call the list `data`, others `models`, Vertex `publisherModels`; some give the bare list. */
function countModels(body: Buffer): number | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'))
    if (Array.isArray(parsed)) return parsed.length
    const { data, models, publisherModels } = (parsed ?? {}) as Record<string, unknown>
    const list = [data, models, publisherModels].find(Array.isArray)
    return Array.isArray(list) ? list.length : undefined
  } catch {
    return undefined
  }
}
