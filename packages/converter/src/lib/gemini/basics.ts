import type { Dialect } from '../chat/dialect.ts'

export { graft } from './graft.ts'

export const id: Dialect = 'gemini'

/** Limits of tool names and tool call ids in requests. The name's is documented; the id's is what every dialect a client may move on to accepts. */
export const limits: { readonly toolName: number; readonly callId: number } = { toolName: 128, callId: 64 }
