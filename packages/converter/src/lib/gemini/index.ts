import type { DialectCodec } from '../codec.ts'
import { geminiClient } from './client.ts'
import { GeminiTap, tapReply } from './tap.ts'
import { geminiUpstream } from './upstream.ts'

/** Gemini's generateContent and streamGenerateContent (`alt=sse`), of the Gemini API and of Vertex AI. */
export const geminiCodec: DialectCodec = {
  ...geminiClient,
  ...geminiUpstream,
  openTap: () => new GeminiTap(),
  tapReply,
}
