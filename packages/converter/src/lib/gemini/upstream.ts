import { geminiCapabilities as capabilities } from '../capabilities/gemini.ts'
import type { ReplyReader, RequestWriter, UpstreamHalf } from '../codec.ts'
import { graft, id, limits } from './basics.ts'
import { GeminiDecoder } from './decoder.ts'
import { decodeError } from './error.ts'
import { decodeReply } from './reply-decode.ts'
import { encodeRequest } from './request-encode.ts'

/** Writes the requests of a provider that speaks Gemini. */
export const geminiRequestWriter: RequestWriter = { id, limits, graft, capabilities, encodeRequest }

const openDecoder: ReplyReader['openDecoder'] = (emit, report, newId) => new GeminiDecoder(emit, report, newId)

/** Reads the replies, streams and errors of a provider that speaks Gemini. */
export const geminiReplyReader: ReplyReader = { id, limits, graft, decodeReply, decodeError, openDecoder }

/** All that a provider that speaks Gemini needs. */
export const geminiUpstream: UpstreamHalf = {
  id,
  limits,
  graft,
  capabilities,
  encodeRequest,
  decodeReply,
  decodeError,
  openDecoder,
}
