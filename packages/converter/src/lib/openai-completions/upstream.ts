import { openaiCapabilities as capabilities } from '../capabilities/openai.ts'
import type { ReplyReader, RequestWriter, UpstreamHalf } from '../codec.ts'
import { graft, id, limits } from './basics.ts'
import { CompletionsDecoder } from './decoder.ts'
import { decodeError } from './error.ts'
import { decodeReply } from './reply-decode.ts'
import { encodeRequest } from './request-encode.ts'

/** Writes the requests of a provider that speaks legacy Completions. */
export const openaiCompletionsRequestWriter: RequestWriter = { id, limits, graft, capabilities, encodeRequest }

const openDecoder: ReplyReader['openDecoder'] = (emit, report) => new CompletionsDecoder(emit, report)

/** Reads the replies, streams and errors of a provider that speaks legacy Completions. */
export const openaiCompletionsReplyReader: ReplyReader = { id, limits, graft, decodeReply, decodeError, openDecoder }

/** All that a provider that speaks legacy Completions needs. */
export const openaiCompletionsUpstream: UpstreamHalf = {
  id,
  limits,
  graft,
  capabilities,
  encodeRequest,
  decodeReply,
  decodeError,
  openDecoder,
}
