import { openaiCapabilities as capabilities } from '../capabilities/openai.ts'
import type { ReplyReader, RequestWriter, UpstreamHalf } from '../codec.ts'
import { graft, id, limits } from './basics.ts'
import { ResponsesDecoder } from './decoder.ts'
import { decodeError } from './error.ts'
import { decodeReply } from './reply-decode.ts'
import { encodeRequest } from './request-encode.ts'

/** Writes the requests of a provider that speaks Responses. */
export const openaiResponsesRequestWriter: RequestWriter = { id, limits, graft, capabilities, encodeRequest }

const openDecoder: ReplyReader['openDecoder'] = (emit, report) => new ResponsesDecoder(emit, report)

/** Reads the replies, streams and errors of a provider that speaks Responses. */
export const openaiResponsesReplyReader: ReplyReader = { id, limits, graft, decodeReply, decodeError, openDecoder }

/** All that a provider that speaks Responses needs. */
export const openaiResponsesUpstream: UpstreamHalf = {
  id,
  limits,
  graft,
  capabilities,
  encodeRequest,
  decodeReply,
  decodeError,
  openDecoder,
}
