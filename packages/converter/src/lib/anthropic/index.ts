import type { DialectCodec } from '../codec.ts'
import { anthropicClient } from './client.ts'
import { AnthropicTap, tapReply } from './tap.ts'
import { anthropicUpstream } from './upstream.ts'

/** Anthropic Messages, API versions 2023-06-01 and 2026-10-21. */
export const anthropicCodec: DialectCodec = {
  ...anthropicClient,
  ...anthropicUpstream,
  openTap: () => new AnthropicTap(),
  tapReply,
}
