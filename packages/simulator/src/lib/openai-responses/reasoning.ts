import { type JsonObject, text } from '../json.ts'
import type { Seals } from '../seal.ts'
import { invalid, itemNotFound } from './error.ts'
import type { ResponseStore } from './store.ts'

/** How encrypted content begins at OpenAI. */
const HEAD = 'gAAAAA'

/** The `encrypted_content` of a reasoning or compaction item: opaque, and bound to the item's id. */
export function encrypt(seals: Seals, id: string, reasoning: string): string {
  return HEAD + Buffer.from(`${id}:${seals.issue(reasoning, bound(id))}`).toString('base64url')
}

/** The id an encrypted content was issued for, or `undefined` when it was not issued here or was altered. */
function issuedFor(seals: Seals, content: string): string | undefined {
  if (!content.startsWith(HEAD)) return undefined
  const bytes = Buffer.from(content.slice(HEAD.length), 'base64url')
  // Only the canonical spelling: an altered last character may decode to the same bytes.
  if (HEAD + bytes.toString('base64url') !== content) return undefined
  const [id = '', seal = ''] = bytes.toString().split(':', 2)
  return seals.verify(seal, bound(id)) ? id : undefined
}

function bound(id: string): string {
  return `openai-responses:${id}`
}

/** Checks that reasoning sent back was issued here, is unchanged and belongs to its item; or that it was stored. */
export function checkReasoning(items: readonly JsonObject[], seals: Seals, responses: ResponseStore): void {
  for (const item of items) {
    if (item.type !== 'reasoning' && item.type !== 'compaction') continue
    const id = text(item.id)
    const content = text(item.encrypted_content)
    if (content === undefined) {
      if (id !== undefined && !responses.item(id)) throw itemNotFound(id)
      continue
    }
    const owner = issuedFor(seals, content)
    if (owner === undefined) throw unverified(content, 'Encrypted content could not be decrypted or parsed.')
    if (id !== undefined && id !== owner) {
      throw unverified(content, 'Encrypted content item_id did not match the target item id.')
    }
  }
}

function unverified(content: string, reason: string): Error {
  const shown = content.length > 16 ? `${content.slice(0, 8)}...${content.slice(-4)}` : content
  return invalid(
    `The encrypted content ${shown} could not be verified. Reason: ${reason}`,
    null,
    'invalid_encrypted_content',
  )
}
