import { estimateInputTokens, type JsonObject } from '@llm-gateway/converter'
import { replyHead } from '../client/reply-head.ts'
import { isUnfinished } from '../stored/unfinished.ts'
import type { Outcome } from './outcome.ts'
import { BodyReceiver } from './receive-body.ts'

/** Reads a whole reply. */
export class WholeReceiver extends BodyReceiver {
  protected override deliver(wire: JsonObject, bytes: Uint8Array): Outcome {
    const { call, prepared } = this
    const out = prepared.job.reply(call, prepared, { bytes, wire })
    if (call.task === 'generate' && call.usage?.output === undefined) call.spoken = spokenIn(wire)
    const head = replyHead(call, this.account, prepared, this.headers)
    head['content-type'] = 'application/json'
    call.answer.whole(200, head, out)
    return { type: 'delivered', fault: { status: 200 } }
  }
}

/** About how many tokens a reply says; none of what is still to be made in the background. */
function spokenIn(wire: JsonObject): number {
  return isUnfinished(wire) ? 0 : estimateInputTokens(wire)
}
