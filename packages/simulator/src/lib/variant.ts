/** Whose chat stream the simulator imitates, or which liberty it takes with one. */
export const VARIANTS = [
  'openai',
  'azure',
  'mistral',
  'groq',
  'deepseek',
  'moonshot',
  'openrouter',
  'perplexity',
  'no-done',
  'finish-with-content',
  'crlf',
] as const

/**
 * - `openai`: as OpenAI itself. `azure`: a prelude chunk without choices, and filter results.
 * - `mistral`: whole tool calls without index or type, inside the finish chunk; reasoning as signed chunks of the content.
 * - `openrouter`: reasoning as `reasoning`, and signed or encrypted in `reasoning_details`. Both refuse what they did not give.
 * - `groq`: reasoning as `reasoning`, usage under `x_groq` too. `deepseek`: reasoning as `reasoning_content`, usage
 *   on the finish chunk. `moonshot`: reasoning as `reasoning_content`. Both refuse a message that called tools and comes without it.
 * - `perplexity`: usage on every chunk, ending with a `chat.completion.done` object.
 * - `no-done`: no `[DONE]`. `finish-with-content`: the last text inside the finish chunk. `crlf`: CRLF line ends.
 */
export type Variant = (typeof VARIANTS)[number]

/** Whether a word names a variant. */
export function isVariant(word: unknown): word is Variant {
  return VARIANTS.some((variant) => variant === word)
}
