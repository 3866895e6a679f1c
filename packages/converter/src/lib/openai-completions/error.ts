/** Both OpenAI dialects have one envelope. */
export {
  brokenFrame,
  choiceError,
  decodeError,
  encodeError,
  errorFrame,
  isError,
  streamError,
} from '../openai-chat/error.ts'
