import type { DialectCodec } from '../codec.ts'
import { openaiCompletionsClient } from './client.ts'
import { CompletionsTap, tapReply } from './tap.ts'
import { openaiCompletionsUpstream } from './upstream.ts'

/** OpenAI's legacy Completions: a text in, a text out. */
export const openaiCompletionsCodec: DialectCodec = {
  ...openaiCompletionsClient,
  ...openaiCompletionsUpstream,
  openTap: () => new CompletionsTap(),
  tapReply,
}
