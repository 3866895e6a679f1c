import type { DialectCodec } from '../codec.ts'
import { CompletionsDecoder } from './decoder.ts'
import { CompletionsEncoder } from './encoder.ts'
import { decodeError, encodeError, errorFrame } from './error.ts'
import { decodeReply, encodeReply, tapReply } from './reply.ts'
import { decodeRequest, encodeRequest } from './request.ts'
import { CompletionsTap } from './tap.ts'

/** OpenAI's legacy Completions: a text in, a text out. */
export const openaiCompletionsCodec: DialectCodec = {
  id: 'openai-completions',
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  decodeError,
  encodeError,
  openDecoder: (emit, report) => new CompletionsDecoder(emit, report),
  openEncoder: (context) => new CompletionsEncoder(context),
  openTap: () => new CompletionsTap(),
  errorFrame,
  keepAlive: ': keep-alive\n\n',
  tapReply,
  // The dialect carries no JSON whose digits matter: neither schemas nor arguments.
  graft: () => {},
  limits: { toolName: 64, callId: 40 },
}
