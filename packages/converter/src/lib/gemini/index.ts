import type { DialectCodec } from '../codec.ts'
import { GeminiDecoder } from './decoder.ts'
import { GeminiEncoder } from './encoder.ts'
import { decodeError, encodeError, errorFrame } from './error.ts'
import { graft } from './graft.ts'
import { decodeReply, encodeReply, tapReply } from './reply.ts'
import { decodeRequest, encodeRequest } from './request.ts'
import { GeminiTap } from './tap.ts'
import { declaredTools } from './tools.ts'

/** Gemini's generateContent and streamGenerateContent (`alt=sse`), of the Gemini API and of Vertex AI. */
export const geminiCodec: DialectCodec = {
  id: 'gemini',
  decodeRequest,
  encodeRequest,
  declaredTools,
  decodeReply,
  encodeReply,
  decodeError,
  encodeError,
  openDecoder: (emit, report) => new GeminiDecoder(emit, report),
  openEncoder: (context) => new GeminiEncoder(context),
  openTap: () => new GeminiTap(),
  errorFrame,
  // A blank line between events. Google's Python SDK takes a comment for JSON and fails on it.
  keepAlive: '\r\n',
  tapReply,
  graft,
  // The name's limit is documented; the id's is what every dialect a client may move on to accepts.
  limits: { toolName: 128, callId: 64 },
}
