import type { Dialect } from '../chat/dialect.ts'

export { graft } from './graft.ts'

export const id: Dialect = 'openai-chat'

/** Limits of tool names and tool call ids in requests. */
export const limits: { readonly toolName: number; readonly callId: number } = { toolName: 64, callId: 40 }
