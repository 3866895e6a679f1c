import type { Call } from '../endpoint.ts'
import { isObject, type Json, type JsonObject, objects } from '../json.ts'
import { type ErrorReply, Refused } from '../refused.ts'
import { array, nullable, object, record, type Shape, string } from '../shape.ts'
import { conversationNotFound, wording } from './error.ts'
import { itemShape } from './item-shape.ts'
import type { Conversation, ResponseStore } from './store.ts'
import { page } from './stored.ts'

/** Items that a conversation can be given at once (API reference). */
const MAX_ITEMS = 20

const createShape: Shape = object(
  {},
  { items: nullable(array(itemShape, { max: MAX_ITEMS })), metadata: nullable(record(string({ max: 512 }))) },
)

/** What a request for conversations needs besides itself. */
export interface ConversationContext {
  responses: ResponseStore
  /** Makes an id that begins so. */
  newId: (prefix: string) => string
  /** Milliseconds since the epoch. */
  now: number
}

/**
 * What is asked of conversations: `POST /v1/conversations`, `GET` and `DELETE /v1/conversations/{id}`, `GET …/items`.
 * `undefined`: nothing the endpoint knows.
 */
export function conversations(
  context: ConversationContext,
  call: Call,
  method: string,
  body: Json | undefined,
): ErrorReply | undefined {
  const [, id, items] = /\/conversations(?:\/([^/]+))?(\/items)?$/.exec(call.path) ?? []
  try {
    if (id === undefined) return method === 'POST' ? create(context, body) : undefined
    const found = context.responses.conversation(decodeURIComponent(id))
    if (!found) throw conversationNotFound(decodeURIComponent(id))
    if (method === 'GET') return { status: 200, body: items ? page(found.items, call) : told(found) }
    if (method !== 'DELETE' || items) return undefined
    context.responses.forget(found.id)
    return { status: 200, body: { id: found.id, object: 'conversation.deleted', deleted: true } }
  } catch (error) {
    if (error instanceof Refused) return error.reply
    throw error
  }
}

function create({ responses, newId, now }: ConversationContext, body: Json | undefined): ErrorReply {
  const given = isObject(body) ? body : {}
  createShape(given, [], wording)
  const items = objects(given.items).map((item): JsonObject => ({ id: newId('msg_'), ...item }))
  const metadata = isObject(given.metadata) ? given.metadata : {}
  const conversation = { id: newId('conv_'), created: now, items, metadata }
  responses.converse(conversation)
  return { status: 200, body: told(conversation) }
}

function told({ id, created, metadata }: Conversation): JsonObject {
  return { id, object: 'conversation', created_at: Math.floor(created / 1000), metadata }
}
