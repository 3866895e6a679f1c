/** Both OpenAI dialects have one envelope. */
export { decodeError, encodeError, errorBody, errorFrame, isError, streamError } from '../openai-chat/error.ts'
