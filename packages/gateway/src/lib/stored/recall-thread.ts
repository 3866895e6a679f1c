import { isObject, type JsonObject } from '@llm-gateway/converter'
import { parsed } from '../attempts/receive-error.ts'
import type { Call, Made, Remember } from '../call.ts'
import { GatewayError } from '../error.ts'
import { goHome, keyOf } from './go-home.ts'
import type { Makers } from './makers.ts'
import { toldInEvent } from './told-in-event.ts'

/**
 * A turn of a message thread goes to the account that has the thread. Another would say that there is none of that name, upon which
 * Anthropic's SDK sends the whole conversation again to begin a new one; so it may be asked where the first cannot serve.
 */
export function recallThread(call: Call, makers: Makers): void {
  const member = call.facts?.scan.members.get('thread')
  if (member === undefined) return
  const thread = parsed(call.body.subarray(member.start, member.end))
  if (!isObject(thread)) return
  const previous = thread.type === 'continue' ? thread.previous_message_id : undefined
  if (typeof previous === 'string') {
    const maker = makers.find(previous)
    // As if there were no such thing: what another gateway key has stored is not told of.
    if (maker && maker.key !== keyOf(call))
      throw new GatewayError('thread_not_found', `There is no thread "${previous}".`)
    if (maker) goHome(call, maker.account, false)
  }
  if (call.task === 'generate') call.remember = new ThreadKeeper(makers, keyOf(call))
}

class ThreadKeeper implements Remember {
  readonly #makers: Makers
  readonly #key: string

  constructor(makers: Makers, key: string) {
    this.#makers = makers
    this.#key = key
  }

  reply({ id }: JsonObject, { account, native }: Made): void {
    if (native && typeof id === 'string') this.#makers.note(id, { account, key: this.#key })
  }

  events(piece: Uint8Array | string, made: Made): void {
    const message = toldInEvent(piece, ['message_start'], 'message')
    if (message) this.reply(message, made)
  }
}
