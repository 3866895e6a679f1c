import { openaiCapabilities as capabilities } from '../capabilities/openai.ts'
import type { ReplyReader, RequestWriter, UpstreamHalf } from '../codec.ts'
import { graft, id, limits } from './basics.ts'
import { ChatDecoder } from './decoder.ts'
import { decodeError } from './error.ts'
import { decodeReply } from './reply-decode.ts'
import { encodeRequest } from './request-encode.ts'

/** Writes the requests of a provider that speaks Chat Completions. */
export const openaiChatRequestWriter: RequestWriter = { id, limits, graft, capabilities, encodeRequest }

const openDecoder: ReplyReader['openDecoder'] = (emit, report, newId) => new ChatDecoder(emit, report, newId)

/** Reads the replies, streams and errors of a provider that speaks Chat Completions. */
export const openaiChatReplyReader: ReplyReader = { id, limits, graft, decodeReply, decodeError, openDecoder }

/** All that a provider that speaks Chat Completions needs. */
export const openaiChatUpstream: UpstreamHalf = {
  id,
  limits,
  graft,
  capabilities,
  encodeRequest,
  decodeReply,
  decodeError,
  openDecoder,
}
