import type { Dialect } from '../chat/dialect.ts'

export const id: Dialect = 'openai-completions'

/** Limits of tool names and tool call ids in requests. */
export const limits: { readonly toolName: number; readonly callId: number } = { toolName: 64, callId: 40 }

/** The dialect carries no JSON whose digits matter: neither schemas nor arguments. */
export function graft(): void {}
