import type { JsonObject } from '@llm-gateway/converter'
import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'
import type { Services } from '../services.ts'
import type { Account } from '../state.ts'
import { type Forwarding, forward, isMissing, keepersIn, respondUnforwarded, wantsStream } from './forward.ts'
import { keyOf } from './go-home.ts'
import { inputPage } from './input-page.ts'
import type { ResponseMemory } from './recall-response.ts'
import type { StoredResponse } from './store.ts'
import { countFinished } from './unfinished.ts'

/**
 * Answers what is asked of a stored response: to see it, whole or as the stream it was, its input items, to cancel or to delete it.
 * From the gateway's own store what that has; all else of the account that made it, or, where that is not known any more, of those
 * that keep responses.
 */
export async function storedResponse(call: Call, services: Services, memory: ResponseMemory): Promise<void> {
  const { makers, store } = memory
  const { name: id = '' } = call.endpoint
  const key = keyOf(call)
  const maker = makers.find(id)
  if (maker !== undefined && maker.key !== key) throw missing(id, true)
  const stored = store.find(key, id)
  if (stored !== undefined && !isProviders(call, stored)) {
    fromStore(call, id, stored)
    if (call.request.method === 'DELETE') store.delete(key, id)
    return
  }
  const made = maker?.account ?? stored?.account
  const accounts = made === undefined ? keepersIn(call) : [homeOf(call, made)]
  if (accounts.length === 0) throw missing(id, store.on)
  const outcome = await forward(call, services, accounts)
  if (outcome.type === 'failed') {
    if (isMissing(outcome) && stored === undefined && made === undefined) throw missing(id, store.on)
    answerFailed(call, services, { outcome, stored, id })
  }
  if (outcome.type === 'answered') {
    const { account, wire } = outcome
    const counted = maker?.uncounted && wire?.id === id && countFinished(call, account, wire, services.tick())
    makers.note(id, { account: account.id, key, ...(maker?.uncounted && !counted && { uncounted: true }) })
  }
  if (call.request.method === 'DELETE' && (outcome.type === 'answered' || isGone(outcome))) store.delete(key, id)
}

function isGone(outcome: Forwarding): boolean {
  return outcome.type === 'failed' && isMissing(outcome)
}

/** Whether only the provider can do what is asked of a response that it has as well. */
function isProviders(call: Call, { native }: StoredResponse): boolean {
  return native && (call.request.method !== 'GET' || wantsStream(call))
}

/** The account that made it. */
function homeOf(call: Call, id: string): Account {
  const account = call.state.accounts.get(id)
  if (account !== undefined) return account
  throw new GatewayError('no_account', `the upstream account that made this ("${id}") is not configured any more`)
}

function fromStore(call: Call, id: string, stored: StoredResponse): void {
  const { answer, request, endpoint } = call
  const [, , of] = endpoint.resource ?? []
  // OpenAI's own words.
  if (of === 'cancel') throw new GatewayError('unsupported', 'Cannot cancel a synchronous response.')
  if (of === 'input_items') answer.json(200, inputPage(stored, new URLSearchParams(request.query)))
  else if (request.method === 'DELETE') answer.json(200, deleted(id))
  else if (wantsStream(call)) throw new GatewayError('unsupported', notStreamed, { param: 'stream' })
  else answer.json(200, stored.response)
}

const notStreamed = 'the gateway keeps this response itself, and streams none again: ask for it without stream'

function deleted(id: string): JsonObject {
  return { id, object: 'response', deleted: true }
}

/** What the provider has forgotten and the gateway had is deleted all the same. */
function answerFailed(
  call: Call,
  services: Services,
  {
    outcome,
    stored,
    id,
  }: {
    readonly outcome: Extract<Forwarding, { type: 'failed' }>
    readonly stored: StoredResponse | undefined
    readonly id: string
  },
): void {
  const forgotten = isMissing(outcome) && stored !== undefined && call.request.method === 'DELETE'
  if (forgotten) call.answer.json(200, deleted(id))
  else respondUnforwarded(call, services, outcome)
}

/** @param on whether the gateway has a store of its own. */
function missing(id: string, on: boolean): GatewayError {
  const hint = on
    ? ''
    : ' No upstream account has it, and this gateway stores no responses: its operator can turn that on with "responses: { store: memory }".'
  return new GatewayError('not_found', `Response with id '${id}' not found.${hint}`)
}
