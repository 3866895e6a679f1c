import { isObject } from '@llm-gateway/converter'
import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'
import type { Services } from '../services.ts'
import { forward, isMissing, keepersIn, respondUnforwarded } from './forward.ts'
import { keyOf } from './go-home.ts'
import type { Makers } from './makers.ts'

/**
 * Passes what is asked of a conversation to the account that keeps it; one that is begun goes to the first that takes it, and what
 * names it later goes there. The gateway keeps none itself.
 *
 * @throws GatewayError where no account keeps conversations, with what to do instead.
 */
export async function conversation(call: Call, services: Services, makers: Makers): Promise<void> {
  const key = keyOf(call)
  const { name } = call.endpoint
  const maker = name === undefined ? undefined : makers.find(name)
  if (name !== undefined && maker !== undefined && maker.key !== key) throw missing(name)
  const home = maker && call.state.accounts.get(maker.account)
  const accounts = maker ? (home ? [home] : []) : keepersIn(call)
  if (accounts.length === 0) throw noKeeper(maker?.account)
  const outcome = await forward(call, services, accounts)
  if (outcome.type === 'failed') {
    if (isMissing(outcome) && maker === undefined) throw name === undefined ? noKeeper(undefined) : missing(name)
    respondUnforwarded(call, services, outcome)
    return
  }
  if (outcome.type !== 'answered') return
  const made = { account: outcome.account.id, key }
  const { wire } = outcome
  if (name !== undefined) makers.note(name, made)
  else if (typeof wire?.id === 'string') makers.note(wire.id, made)
  // Items can be named in the input of a response.
  const items = Array.isArray(wire?.data) ? wire.data.filter(isObject) : []
  for (const { id } of items) if (typeof id === 'string') makers.note(id, made)
}

/** OpenAI's own words. */
function missing(name: string): GatewayError {
  return new GatewayError('not_found', `Conversation with id '${name}' not found.`)
}

function noKeeper(account: string | undefined): GatewayError {
  if (account !== undefined) {
    const message = `the upstream account that keeps this conversation ("${account}") is not configured any more`
    return new GatewayError('no_account', message)
  }
  const message =
    'no upstream account keeps conversations: go on with previous_response_id (the gateway can keep responses: responses.store: memory), or send the items themselves in input'
  return new GatewayError('unsupported', message)
}
