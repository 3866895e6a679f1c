import { readdirSync, readFileSync } from 'node:fs'
import type { Dialect, JsonObject } from '../src/index.ts'

/** What an unmodified agent or SDK was seen to send, shortened (`fixtures/clients`). */
export interface Sent {
  readonly client: string
  readonly from: Dialect
  readonly request: JsonObject
}

const root = new URL('../../../fixtures/clients/', import.meta.url)

export const clients: readonly Sent[] = readdirSync(root)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, root), 'utf8')) as Sent)

function sentBy(client: string): Sent {
  const found = clients.find((each) => each.client === client)
  if (found === undefined) throw new Error(`there is no request of ${client}`)
  return found
}

export const claudeCode: Sent = sentBy('Claude Code')
export const codex: Sent = sentBy('Codex')
export const geminiCli: Sent = sentBy('Gemini CLI')
export const opencode: Sent = sentBy('opencode')
export const vercel: Sent = sentBy('Vercel AI SDK')
