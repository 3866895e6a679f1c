import { readUsage } from '@llm-gateway/converter'
import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'
import { deliver } from '../layers/deliver.ts'
import type { Services } from '../services.ts'
import { generate } from './generate.ts'
import type { Job } from './job.ts'

const dialect = 'openai-responses'

/**
 * Has a conversation made shorter (`POST /v1/responses/compact`). What comes back is sealed by its provider, so that only one that
 * speaks the dialect itself can make it.
 *
 * @throws GatewayError where the model's accounts speak another dialect.
 */
export async function compact(call: Call, services: Services): Promise<void> {
  const candidates = (call.plan?.candidates ?? []).flatMap((candidate) =>
    candidate.account.dialects.includes(dialect) ? [{ ...candidate, dialect }] : [],
  )
  if (call.plan === undefined || call.dialect !== dialect || candidates.length === 0) {
    const message = `the provider of model ${JSON.stringify(call.model)} compacts no conversations: send the whole of it, or have the client sum it up itself`
    throw new GatewayError('unsupported', message, { param: 'model' })
  }
  call.plan = { ...call.plan, candidates }
  await deliver(call, services, job)
}

const job: Job = {
  operation: () => 'compact',
  prepare: (call, preparing) => ({ ...generate.prepare(call, preparing), job }),
  recognises: (wire) => Array.isArray(wire.output),
  reply(call, _prepared, { bytes, wire }) {
    call.usage = readUsage(wire, dialect)?.usage
    return bytes
  },
}
