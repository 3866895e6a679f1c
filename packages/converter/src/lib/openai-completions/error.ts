/** Both OpenAI dialects have one envelope. */
export { brokenFrame, decodeError, encodeError, errorFrame, isError, streamError } from '../openai-chat/error.ts'
