import type { DialectCodec } from '../codec.ts'
import { ChatDecoder } from './decoder.ts'
import { ChatEncoder } from './encoder.ts'
import { decodeError, encodeError, errorFrame } from './error.ts'
import { graft } from './graft.ts'
import { decodeReply, encodeReply, tapReply } from './reply.ts'
import { decodeRequest, encodeRequest } from './request.ts'
import { ChatTap } from './tap.ts'

/** OpenAI's Chat Completions, as Azure and the compatible vendors speak it too. */
export const openaiChatCodec: DialectCodec = {
  id: 'openai-chat',
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  decodeError,
  encodeError,
  openDecoder: (emit, report) => new ChatDecoder(emit, report),
  openEncoder: (context) => new ChatEncoder(context),
  openTap: () => new ChatTap(),
  errorFrame,
  keepAlive: ': keep-alive\n\n',
  tapReply,
  graft,
  limits: { toolName: 64, callId: 40 },
}
