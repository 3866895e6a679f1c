import type { ClientHalf, ReplyWriter, RequestReader } from '../codec.ts'
import { graft, id, limits } from './basics.ts'
import { AnthropicEncoder } from './encoder.ts'
import { encodeError, errorFrame } from './error.ts'
import { encodeReply } from './reply-encode.ts'
import { decodeRequest } from './request-decode.ts'

/** Reads the requests of a client that speaks Anthropic Messages. */
export const anthropicRequestReader: RequestReader = { id, limits, graft, decodeRequest }

const openEncoder: ReplyWriter['openEncoder'] = (context) => new AnthropicEncoder(context)

const keepAlive = 'event: ping\ndata: {"type":"ping"}\n\n'

/** Writes replies, streams and errors for a client that speaks Anthropic Messages. */
export const anthropicReplyWriter: ReplyWriter = {
  id,
  limits,
  graft,
  encodeReply,
  encodeError,
  openEncoder,
  errorFrame,
  keepAlive,
}

/** All that a client that speaks Anthropic Messages needs. */
export const anthropicClient: ClientHalf = {
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
