import type { Call } from '../endpoint.ts'
import { isObject, type Json, type JsonObject, objects } from '../json.ts'
import { type ErrorReply, Refused } from '../refused.ts'
import { array, nullable, object, record, type Shape, string } from '../shape.ts'
import { conversationNotFound, itemNotFound, wording } from './error.ts'
import { itemShape } from './item-shape.ts'
import type { Conversation, ResponseStore } from './store.ts'
import { page } from './stored-responses.ts'

/** Items that a conversation can be given at once (API reference). */
const MAX_ITEMS = 20

const createShape: Shape = object(
  {},
  { items: nullable(array(itemShape, { max: MAX_ITEMS })), metadata: nullable(record(string({ max: 512 }))) },
)

const updateShape: Shape = object({ metadata: nullable(record(string({ max: 512 }))) })

const addShape: Shape = object({ items: array(itemShape, { min: 1, max: MAX_ITEMS }) })

/** What a request for conversations needs besides itself. */
export interface ConversationContext {
  responses: ResponseStore
  /** Makes an id that begins so. */
  newId: (prefix: string) => string
  /** Milliseconds since the epoch. */
  now: number
}

/**
 * What is asked of conversations: `POST /v1/conversations`; `GET`, `POST` and `DELETE /v1/conversations/{id}`; `GET` and `POST …/items`;
 * `GET` and `DELETE …/items/{id}`.
 * `undefined`: nothing the endpoint knows.
 */
export function conversations(
  context: ConversationContext,
  call: Call,
  method: string,
  body: Json | undefined,
): ErrorReply | undefined {
  const [, id, items, item] = /\/conversations(?:\/([^/]+)(?:\/(items)(?:\/([^/]+))?)?)?$/.exec(call.path) ?? []
  try {
    if (id === undefined) return method === 'POST' ? create(context, body) : undefined
    const found = context.responses.conversation(decodeURIComponent(id))
    if (!found) throw conversationNotFound(decodeURIComponent(id))
    if (item !== undefined) return ofItem(context, { found, item: decodeURIComponent(item) }, method)
    if (items !== undefined) return ofItems(context, { found, call }, method, body)
    if (method === 'GET') return { status: 200, body: told(found) }
    if (method === 'POST') return update(found, body)
    if (method !== 'DELETE') return undefined
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

function update(found: Conversation, body: Json | undefined): ErrorReply {
  const given = isObject(body) ? body : {}
  updateShape(given, [], wording)
  found.metadata = isObject(given.metadata) ? given.metadata : {}
  return { status: 200, body: told(found) }
}

function ofItems(
  { responses, newId }: ConversationContext,
  { found, call }: { readonly found: Conversation; readonly call: Call },
  method: string,
  body: Json | undefined,
): ErrorReply | undefined {
  if (method === 'GET') return { status: 200, body: page(found.items, call) }
  if (method !== 'POST') return undefined
  const given = isObject(body) ? body : {}
  addShape(given, [], wording)
  const added = objects(given.items).map((item): JsonObject => ({ id: newId('msg_'), ...item }))
  responses.append(found.id, added)
  return { status: 200, body: page(added, { ...call, query: new URLSearchParams('order=asc') }) }
}

function ofItem(
  { responses }: ConversationContext,
  { found, item }: { readonly found: Conversation; readonly item: string },
  method: string,
): ErrorReply | undefined {
  const kept = found.items.find(({ id }) => id === item)
  if (kept === undefined) throw itemNotFound(item)
  if (method === 'GET') return { status: 200, body: kept }
  if (method !== 'DELETE') return undefined
  responses.remove(found.id, item)
  return { status: 200, body: told(found) }
}

function told({ id, created, metadata }: Conversation): JsonObject {
  return { id, object: 'conversation', created_at: Math.floor(created / 1000), metadata }
}
