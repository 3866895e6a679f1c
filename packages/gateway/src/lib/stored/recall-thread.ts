import { isObject, type JsonObject } from '@llm-gateway/converter'
import { parsed } from '../attempts/receive-error.ts'
import type { Call, Made, Remember } from '../call.ts'
import { GatewayError } from '../error.ts'
import { goHome, keyOf } from './go-home.ts'
import type { Makers } from './makers.ts'

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
    const id = startedId(piece)
    if (id !== undefined) this.reply({ id }, made)
  }
}

/** The id in the `message_start` that a piece of a stream may hold. Whole events; quotes in texts are escaped. */
function startedId(piece: Uint8Array | string): string | undefined {
  const bytes =
    typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
  const at = bytes.indexOf('"message_start"')
  if (at === -1) return undefined
  const line = bytes.toString('utf8', bytes.lastIndexOf('\n', at) + 1, lineEnd(bytes, at))
  const wire = parsed(Buffer.from(line.replace(/^data:/, '')))
  return isObject(wire) && isObject(wire.message) && typeof wire.message.id === 'string' ? wire.message.id : undefined
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf('\n', from)
  return end === -1 ? bytes.length : end
}
