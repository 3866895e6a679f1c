import type { Dialect } from '../chat/dialect.ts'
import type { Limits } from '../codec.ts'

export { graft } from './graft.ts'

export const id: Dialect = 'gemini'

/** The name's limits are documented; the id's is what every dialect a client may move on to accepts. */
export const limits: Limits = { toolName: 128, callId: 64, letterFirst: true }
