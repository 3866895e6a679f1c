import { isObject, type JsonObject } from '@llm-gateway/converter'
import { GatewayError } from '../error.ts'
import { inputItems, type StoredResponse } from './store.ts'

/** Items on a page, and the most there can be (API reference of OpenAI, `input_items`). */
const pageSize = 20
const maxPageSize = 100

/**
 * A page of the items a stored response was an answer to, those of the responses before it included; the newest first, unless asked
 * otherwise.
 *
 * @throws GatewayError for a page that cannot be.
 */
export function inputPage({ response, items }: StoredResponse, query: URLSearchParams): JsonObject {
  const limit = limitOf(query.get('limit'))
  const input = items.slice(0, items.length - inputItems(response.output).length)
  const told = input.map((item, i) => spelledOut(item, `msg_${idBody(response)}i${i}`))
  if (orderOf(query.get('order')) === 'desc') told.reverse()
  const after = query.get('after')
  const at = after === null ? -1 : told.findIndex((item) => item.id === after)
  if (after !== null && at === -1)
    throw new GatewayError('not_found', `Item with id '${after}' not found.`, { param: 'after' })
  const data = told.slice(at + 1, at + 1 + limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: at + 1 + limit < told.length,
  }
}

function limitOf(text: string | null): number {
  const limit = text === null ? pageSize : Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxPageSize) return limit
  throw new GatewayError('invalid_body', `limit must be a whole number from 1 to ${maxPageSize}`, { param: 'limit' })
}

function orderOf(text: string | null): 'asc' | 'desc' {
  if (text === 'asc' || text === 'desc') return text
  if (text === null) return 'desc'
  throw new GatewayError('invalid_body', 'order must be asc or desc', { param: 'order' })
}

function idBody({ id }: JsonObject): string {
  return typeof id === 'string' ? id.replace(/^resp_/, '') : ''
}

/** An item as it is listed: with an id, and a message with its text as a part. */
function spelledOut(item: JsonObject, id: string): JsonObject {
  if (item.role === undefined) return { id, ...item }
  const type = item.role === 'assistant' ? 'output_text' : 'input_text'
  const parts = Array.isArray(item.content) ? item.content.filter(isObject) : []
  const content = typeof item.content === 'string' ? [{ type, text: item.content }] : parts
  return { id, type: 'message', status: 'completed', ...item, content }
}
