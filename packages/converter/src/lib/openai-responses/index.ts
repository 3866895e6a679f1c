import type { DialectCodec } from '../codec.ts'
import { ResponsesDecoder } from './decoder.ts'
import { ResponsesEncoder } from './encoder.ts'
import { decodeError, encodeError, errorFrame } from './error.ts'
import { graft } from './graft.ts'
import { decodeReply, encodeReply, tapReply } from './reply.ts'
import { decodeRequest, encodeRequest } from './request.ts'
import { ResponsesTap } from './tap.ts'
import { ToolNames } from './tool-names.ts'

/** OpenAI's Responses, without what OpenAI stores between calls. */
export const openaiResponsesCodec: DialectCodec = {
  id: 'openai-responses',
  decodeRequest,
  encodeRequest,
  declaredTools: (wire) => new ToolNames(wire).declared(),
  decodeReply,
  encodeReply,
  decodeError,
  encodeError,
  openDecoder: (emit, report) => new ResponsesDecoder(emit, report),
  openEncoder: (context) => new ResponsesEncoder(context),
  openTap: () => new ResponsesTap(),
  errorFrame,
  keepAlive: ': keep-alive\n\n',
  tapReply,
  graft,
  limits: { toolName: 64, callId: 64 },
}
