import { isObject, type JsonObject, objects, text } from '../json.ts'
import { Refused } from '../refused.ts'
import { remember } from '../remember.ts'
import { errorBody, invalid } from './error.ts'

/** Threads remembered before the oldest is forgotten. */
const CAPACITY = 1000

/** What a thread keeps of the request that began it, and a later one must not say again. */
const KEPT_FIELDS = ['system', 'tools'] as const

interface Thread {
  /** What {@link KEPT_FIELDS} were. */
  fields: JsonObject
  messages: readonly JsonObject[]
  /** A turn has gone on from here: the next one must name the later reply. */
  continued: boolean
}

/**
 * Message threads (beta `message-threads-2026-08-12`): conversations kept under the id of their last reply. Error codes are those that
 * the official SDK looks for; it goes by no status, so these are the simulator's own choice.
 */
export class ThreadStore {
  readonly #threads = new Map<string, Thread>()

  /** A request with what its thread holds in its place; throws `Refused` for a thread that there is not, or that went on without it. */
  whole(body: JsonObject): JsonObject {
    const { thread } = body
    if (!isObject(thread) || thread.type !== 'continue') return body
    const found = this.#find(thread)
    for (const field of KEPT_FIELDS) {
      if (body[field] !== undefined) throw invalid(`${field}: cannot be set when a thread is continued`)
    }
    return { ...body, ...found.fields, messages: [...found.messages, ...objects(body.messages)] }
  }

  /** Keeps a conversation under its reply's id. `whole`: the request as {@link ThreadStore.whole} gave it. */
  keep(body: JsonObject, whole: JsonObject, reply: JsonObject): void {
    const id = text(reply.id)
    if (!isObject(body.thread) || id === undefined) return
    const before = this.#threads.get(text(body.thread.previous_message_id) ?? '')
    if (before) before.continued = true
    const fields = Object.fromEntries(
      KEPT_FIELDS.flatMap((field) => (whole[field] === undefined ? [] : [[field, whole[field]]])),
    )
    const messages = [...objects(whole.messages), { role: 'assistant', content: reply.content }]
    remember(this.#threads, id, { fields, messages, continued: false }, CAPACITY)
  }

  /** Forgets everything. */
  clear(): void {
    this.#threads.clear()
  }

  #find(thread: JsonObject): Thread {
    const id = text(thread.previous_message_id) ?? ''
    const found = this.#threads.get(id)
    if (!found) throw refusal(404, 'not_found_error', 'thread_not_found', `thread: no thread has the message "${id}"`)
    if (found.continued) {
      const message = `thread: another message has already continued from "${id}"`
      throw refusal(409, 'conflict_error', 'thread_already_continued', message)
    }
    return found
  }
}

function refusal(status: number, type: string, code: string, message: string): Refused {
  const body = errorBody(type, message)
  const error = isObject(body.error) ? body.error : {}
  return new Refused(message, { status, body: { ...body, error: { ...error, details: { error_code: code } } } })
}
