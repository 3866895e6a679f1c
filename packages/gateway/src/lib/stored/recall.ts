import type { Call } from '../call.ts'
import { type ResponseMemory, recallResponse } from './recall-response.ts'
import { recallThread } from './recall-thread.ts'

/**
 * Settles where a request that goes on from something stored may go, and has the answer remembered, so that the next request can
 * name it.
 */
export function recall(call: Call, memory: ResponseMemory): void {
  if (call.plan === undefined) return
  if (call.dialect === 'openai-responses') recallResponse(call, memory)
  else if (call.dialect === 'anthropic') recallThread(call, memory.makers)
}
