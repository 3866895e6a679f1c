import { estimateInputTokens, parseRequest } from '@llm-gateway/converter'
import type { Call } from './call.ts'
import { deliver } from './deliver.ts'
import { GatewayError } from './error.ts'
import type { Services } from './services.ts'

/**
 * Counts a request's input tokens: asked of an account that speaks the client's dialect, else estimated, and said so in
 * `x-llm-gateway-estimated`.
 */
export async function countTokens(call: Call, services: Services): Promise<void> {
  const candidates = call.plan?.candidates.filter((candidate) => candidate.dialect === call.dialect) ?? []
  if (call.plan && candidates.length > 0) {
    call.plan = { ...call.plan, candidates }
    await deliver(call, services)
    return
  }
  try {
    call.wire ??= parseRequest(call.body, call.dialect)
  } catch (cause) {
    throw new GatewayError(
      'invalid_body',
      cause instanceof Error ? cause.message : 'the request body could not be read',
    )
  }
  call.answer.json(200, { input_tokens: estimateInputTokens(call.wire) }, { 'x-llm-gateway-estimated': 'true' })
}
