import { anthropicCapabilities as capabilities } from '../capabilities/anthropic.ts'
import type { ReplyReader, RequestWriter, UpstreamHalf } from '../codec.ts'
import { graft, id, limits } from './basics.ts'
import { AnthropicDecoder } from './decoder.ts'
import { decodeError } from './error.ts'
import { decodeReply } from './reply-decode.ts'
import { encodeRequest } from './request-encode.ts'

/** Writes the requests of a provider that speaks Anthropic Messages. */
export const anthropicRequestWriter: RequestWriter = { id, limits, graft, capabilities, encodeRequest }

const openDecoder: ReplyReader['openDecoder'] = (emit, report) => new AnthropicDecoder(emit, report)

/** Reads the replies, streams and errors of a provider that speaks Anthropic Messages. */
export const anthropicReplyReader: ReplyReader = { id, limits, graft, decodeReply, decodeError, openDecoder }

/** All that a provider that speaks Anthropic Messages needs. */
export const anthropicUpstream: UpstreamHalf = {
  id,
  limits,
  graft,
  capabilities,
  encodeRequest,
  decodeReply,
  decodeError,
  openDecoder,
}
