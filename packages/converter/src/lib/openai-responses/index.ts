import type { DialectCodec } from '../codec.ts'
import { openaiResponsesClient } from './client.ts'
import { ResponsesTap, tapReply } from './tap.ts'
import { openaiResponsesUpstream } from './upstream.ts'

/** OpenAI's Responses, without what OpenAI stores between calls. */
export const openaiResponsesCodec: DialectCodec = {
  ...openaiResponsesClient,
  ...openaiResponsesUpstream,
  openTap: () => new ResponsesTap(),
  tapReply,
}
