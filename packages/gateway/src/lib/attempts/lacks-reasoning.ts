/**
 * How vendors word that a message of a tool loop came without the reasoning it was made with: DeepSeek (continuedev/continue#10193,
 * anomalyco/opencode#24083; at its endpoint for Anthropic's clients decolua/9router#2397), Moonshot (continuedev/continue#11711) and
 * Xiaomi, who says it in `param` (decolua/9router#1210).
 */
const words: readonly RegExp[] = [
  /\bmissing\W{1,4}reasoning_content\b/i,
  /\breasoning_content\W{1,4}is missing\b/i,
  /\b(?:reasoning_content|content\[\]\.thinking)\W{1,4}in the thinking mode must be passed back\b/i,
]

/**
 * Whether an upstream refused a conversation for the reasoning it lacks. It is the request that lacks it, but seldom its author's
 * doing: another provider, which asks for none, has answered up to here, or a client of OpenAI's dialect does not know the member.
 *
 * @param body the error's, as text
 */
export function lacksReasoning(status: number, body: string): boolean {
  return status === 400 && words.some((each) => each.test(body))
}
