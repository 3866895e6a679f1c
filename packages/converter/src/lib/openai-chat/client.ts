import type { ClientHalf, ReplyWriter, RequestReader } from '../codec.ts'
import { graft, id, limits } from './basics.ts'
import { ChatEncoder } from './encoder.ts'
import { encodeError, errorFrame } from './error.ts'
import { encodeReply } from './reply-encode.ts'
import { decodeRequest } from './request-decode.ts'

/** Reads the requests of a client that speaks Chat Completions. */
export const openaiChatRequestReader: RequestReader = { id, limits, graft, decodeRequest }

const openEncoder: ReplyWriter['openEncoder'] = (context) => new ChatEncoder(context)

const keepAlive = ': keep-alive\n\n'

/** Writes replies, streams and errors for a client that speaks Chat Completions. */
export const openaiChatReplyWriter: ReplyWriter = {
  id,
  limits,
  graft,
  encodeReply,
  encodeError,
  openEncoder,
  errorFrame,
  keepAlive,
}

/** All that a client that speaks Chat Completions needs. */
export const openaiChatClient: ClientHalf = {
  decodeRequest,
  id,
  limits,
  graft,
  encodeReply,
  encodeError,
  openEncoder,
  errorFrame,
  keepAlive,
}
