import { estimateInputTokens, type JsonObject, streamOfReply } from '@llm-gateway/converter'
import { modelForClient, renameEvents } from '../client/client-model.ts'
import { replyHead } from '../client/reply-head.ts'
import { sealsOf } from '../jobs/generate.ts'
import type { Outcome } from './outcome.ts'
import { BodyReceiver } from './receive-body.ts'
import { streamHead } from './receive-stream.ts'

/**
 * Reads what came in place of a stream: an error or a page under status 200 fails over; a whole reply, from servers that do not
 * stream, is told to the client as the stream it asked for.
 */
export class UnstreamedReceiver extends BodyReceiver {
  protected override deliver(wire: JsonObject): Outcome {
    const { call, prepared } = this
    const told = streamOfReply(wire, {
      from: prepared.dialect,
      to: call.dialect,
      ...(call.wire && { request: call.wire }),
      ...sealsOf(call),
    })
    call.remember?.events(told.text, { account: this.account, native: prepared.sameDialect }, true)
    call.usage = told.usage
    if (told.usage?.output === undefined) call.spoken = estimateInputTokens(wire)
    call.stop = told.stop
    if (!call.answer.begun) {
      call.answer.head(200, { ...replyHead(call, this.account, prepared, this.headers), ...streamHead })
    }
    const model = modelForClient(call)
    call.answer.end(model === undefined ? told.text : renameEvents(told.text, call.dialect, model))
    return { type: 'delivered', fault: { status: 200 } }
  }
}
