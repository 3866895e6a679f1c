/** The embeddings endpoint words its errors as the chat endpoint does. */
export { invalid, wording } from '../openai-chat/error.ts'
