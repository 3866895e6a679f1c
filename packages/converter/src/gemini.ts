export { geminiClient, geminiReplyWriter, geminiRequestReader } from './lib/gemini/client.ts'
export { geminiReplyReader, geminiRequestWriter, geminiUpstream } from './lib/gemini/upstream.ts'
