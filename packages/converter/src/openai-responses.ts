export {
  openaiResponsesClient,
  openaiResponsesReplyWriter,
  openaiResponsesRequestReader,
} from './lib/openai-responses/client.ts'
export {
  openaiResponsesReplyReader,
  openaiResponsesRequestWriter,
  openaiResponsesUpstream,
} from './lib/openai-responses/upstream.ts'
