import type { DialectCodec } from '../codec.ts'
import { AnthropicDecoder } from './decoder.ts'
import { AnthropicEncoder } from './encoder.ts'
import { decodeError, encodeError, errorFrame } from './error.ts'
import { graft } from './graft.ts'
import { decodeReply, encodeReply } from './reply.ts'
import { decodeRequest, encodeRequest } from './request.ts'
import { AnthropicTap, tapReply } from './tap.ts'

/** Anthropic Messages, API versions 2023-06-01 and 2026-10-21. */
export const anthropicCodec: DialectCodec = {
  id: 'anthropic',
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  decodeError,
  encodeError,
  openDecoder: (emit) => new AnthropicDecoder(emit),
  openEncoder: (context) => new AnthropicEncoder(context),
  openTap: () => new AnthropicTap(),
  errorFrame,
  keepAlive: 'event: ping\ndata: {"type":"ping"}\n\n',
  tapReply,
  graft,
  // The name's limit is documented; the id's is what every dialect a client may move on to accepts.
  limits: { toolName: 128, callId: 64 },
}
