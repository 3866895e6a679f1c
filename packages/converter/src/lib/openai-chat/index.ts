import type { DialectCodec } from '../codec.ts'
import { openaiChatClient } from './client.ts'
import { ChatTap, tapReply } from './tap.ts'
import { openaiChatUpstream } from './upstream.ts'

/** OpenAI's Chat Completions, as Azure and the compatible vendors speak it too. */
export const openaiChatCodec: DialectCodec = {
  ...openaiChatClient,
  ...openaiChatUpstream,
  openTap: () => new ChatTap(),
  tapReply,
}
