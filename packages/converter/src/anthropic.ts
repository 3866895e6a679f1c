export { anthropicClient, anthropicReplyWriter, anthropicRequestReader } from './lib/anthropic/client.ts'
export { anthropicReplyReader, anthropicRequestWriter, anthropicUpstream } from './lib/anthropic/upstream.ts'
