export { openaiChatClient, openaiChatReplyWriter, openaiChatRequestReader } from './lib/openai-chat/client.ts'
export { openaiChatReplyReader, openaiChatRequestWriter, openaiChatUpstream } from './lib/openai-chat/upstream.ts'
