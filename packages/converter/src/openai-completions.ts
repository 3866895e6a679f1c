export {
  openaiCompletionsClient,
  openaiCompletionsReplyWriter,
  openaiCompletionsRequestReader,
} from './lib/openai-completions/client.ts'
export {
  openaiCompletionsReplyReader,
  openaiCompletionsRequestWriter,
  openaiCompletionsUpstream,
} from './lib/openai-completions/upstream.ts'
