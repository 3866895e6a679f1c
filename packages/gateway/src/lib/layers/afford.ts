import type { BudgetRefusal } from '@llm-gateway/access'
import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'
import type { Services } from '../services.ts'

/** Where dialects say at their top level how long an answer may be. Gemini says it further in, where the body is not read. */
const outputLimits = ['max_tokens', 'max_completion_tokens', 'max_output_tokens']
/** What is taken for an answer's length where the request does not say: few are longer. */
const usualOutputTokens = 2_000
/** About as many bytes make a token; what is longer than a context is no text. */
const bytesPerToken = 4
const mostInputTokens = 200_000

const decoder = new TextDecoder()

/** Refuses a key that has spent what it may; what costs nothing it may do all the same. */
export function checkBudget({ client, task }: Call, { budgets }: Services): void {
  if (client?.budget !== undefined && (task === 'generate' || task === 'embed')) refuse(budgets?.check(client))
}

/** Holds about what the request may cost at the account that is asked first, so that others at the same time count with it. */
export function afford(call: Call, { budgets }: Services): void {
  const { client, plan } = call
  const first = plan?.candidates[0]
  if (client?.budget === undefined || plan === undefined || first === undefined) return
  const reserved = budgets?.reserve({
    client,
    account: first.account.id,
    provider: first.account.provider,
    model: plan.model,
    inputTokens: Math.min(mostInputTokens, Math.ceil(call.body.length / bytesPerToken)),
    outputTokens: call.task === 'generate' ? outputTokens(call) : 0,
  })
  if (reserved?.ok === false) refuse(reserved)
  else call.hold = reserved
}

function refuse(refusal: BudgetRefusal | undefined): void {
  if (refusal === undefined) return
  throw new GatewayError('budget_exceeded', refusal.message, {
    headers: { 'retry-after': String(Math.max(1, Math.ceil(refusal.retryAfterMs / 1000))) },
  })
}

function outputTokens({ body, facts }: Call): number {
  for (const name of outputLimits) {
    const member = facts?.scan.members.get(name)
    const wanted =
      member && Number(decoder.decode(body.subarray(member.start, Math.min(member.end, member.start + 20))))
    if (wanted !== undefined && wanted > 0) return wanted
  }
  return usualOutputTokens
}
