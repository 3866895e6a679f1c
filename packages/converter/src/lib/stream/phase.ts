import type { ChatError } from '../chat/error.ts'

/**
 * How far a stream has come: `waiting` for the first real content, `content` after it, `finished` with its dialect's own sign
 * of completion, `failed` by an error in the stream or a truncation.
 */
export type StreamPhase = 'waiting' | 'content' | 'finished' | 'failed'

/** What a stream that ended before its dialect's own sign of completion is told as. */
export function truncated(): ChatError {
  return {
    status: 502,
    kind: 'server',
    message: 'the upstream ended the stream before it was complete',
    code: 'stream_truncated',
  }
}
