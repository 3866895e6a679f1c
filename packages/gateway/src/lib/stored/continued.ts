import type { JsonObject, Loss } from '@llm-gateway/converter'
import type { Call } from '../call.ts'
import { wireOf } from '../wire.ts'
import { resolved } from './recall-response.ts'
import { inputItems } from './store.ts'

/** Whether the gateway has to say what an account is asked to go on from, because the account does not have it itself. */
export function needsHistory(call: Call, account: string): boolean {
  return call.history !== undefined && !(call.history.native && call.history.account === account)
}

/** The client's request with all it goes on from written out, for an account that has none of it. */
export function continued(
  call: Call,
  dialect: string,
): { readonly wire: JsonObject; readonly losses: readonly Loss[] } {
  const { previous_response_id: _, ...wire } = wireOf(call)
  const own = inputItems(wire.input).map((item) => resolved(item, call.history))
  const items = [...(call.history?.items ?? []), ...own]
  if (dialect !== 'openai-responses') return { wire: { ...wire, input: items }, losses: [] }
  // Sealed reasoning is read by the organisation that made it alone, and the ids of another's items name nothing here.
  const readable = items.filter((item) => item.type !== 'reasoning')
  const detail = 'reasoning of an earlier response was sealed by another account'
  return {
    wire: { ...wire, input: readable.map(({ id: __, ...item }) => item) },
    losses: readable.length === items.length ? [] : [{ path: 'previous_response_id', kind: 'dropped', detail }],
  }
}
