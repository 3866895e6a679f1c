import type { ClientHalf, ReplyWriter, RequestReader } from '../codec.ts'
import { graft, id, limits } from './basics.ts'
import { GeminiEncoder } from './encoder.ts'
import { encodeError, errorFrame } from './error.ts'
import { encodeReply } from './reply-encode.ts'
import { decodeRequest } from './request-decode.ts'
import { declaredTools } from './tools.ts'

/** Reads the requests of a client that speaks Gemini. */
export const geminiRequestReader: RequestReader = { id, limits, graft, decodeRequest }

const openEncoder: ReplyWriter['openEncoder'] = (context) => new GeminiEncoder(context)

/** A blank line between events. Google's Python SDK takes a comment for JSON and fails on it. */
const keepAlive = '\r\n'

/** Writes replies, streams and errors for a client that speaks Gemini. */
export const geminiReplyWriter: ReplyWriter = {
  id,
  limits,
  graft,
  declaredTools,
  encodeReply,
  encodeError,
  openEncoder,
  errorFrame,
  keepAlive,
}

/** All that a client that speaks Gemini needs. */
export const geminiClient: ClientHalf = {
  decodeRequest,
  id,
  limits,
  graft,
  declaredTools,
  encodeReply,
  encodeError,
  openEncoder,
  errorFrame,
  keepAlive,
}
