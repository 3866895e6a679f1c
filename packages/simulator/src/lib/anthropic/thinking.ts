import { isObject, type JsonObject, number, objects, show, text } from '../json.ts'
import type { AnthropicModel } from '../models/anthropic.ts'
import type { Seals } from '../seal.ts'
import { invalid } from './error.ts'
import { blocksOf } from './messages.ts'

/** Whether a request turns thinking on. */
export function thinks(body: JsonObject): boolean {
  return isObject(body.thinking) && (body.thinking.type === 'enabled' || body.thinking.type === 'adaptive')
}

/** Checks the thinking a request asks for against its model and its other fields. */
export function checkThinking(body: JsonObject, rules: AnthropicModel, counting: boolean): void {
  const { thinking } = body
  const limit = number(body.max_tokens)
  if (limit !== undefined && limit > rules.maxOutput) {
    throw invalid(
      `max_tokens: ${limit} > ${rules.maxOutput}, which is the maximum allowed number of output tokens for ${show(body.model)}`,
    )
  }
  if (!isObject(thinking)) return
  checkThinkingType(show(thinking.type), rules)
  if (!counting && Number(thinking.budget_tokens) >= (limit ?? 0)) {
    throw invalid(
      '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size',
    )
  }
  if (!thinks(body)) return
  const choice = isObject(body.tool_choice) ? body.tool_choice.type : 'auto'
  if (choice === 'any' || choice === 'tool')
    throw invalid('Thinking may not be enabled when tool_choice forces tool use.')
  if (body.temperature !== undefined && body.temperature !== 1) {
    throw invalid(
      '`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking',
    )
  }
  if (body.top_k !== undefined) throw invalid('`top_k` must be unset when thinking is enabled.')
  if (thinking.type === 'enabled') checkThinkingFirst(objects(body.messages))
}

function checkThinkingType(type: string, rules: AnthropicModel): void {
  if (rules.thinking.includes(type)) return
  if (type === 'enabled' && rules.thinking.includes('adaptive')) {
    throw invalid(
      '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
    )
  }
  throw invalid(
    type === 'adaptive'
      ? 'adaptive thinking is not supported on this model'
      : `"thinking.type.${type}" is not supported for this model.`,
  )
}

/** With thinking on, the assistant turn whose calls are being answered must begin with its thinking. */
function checkThinkingFirst(messages: readonly JsonObject[]): void {
  const index = messages.findLastIndex((message) => message.role === 'assistant')
  const blocks = blocksOf(messages[index]?.content)
  const type = show(blocks[0]?.type)
  if (!blocks.some((block) => block.type === 'tool_use') || type === 'thinking' || type === 'redacted_thinking') return
  throw invalid(
    `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking`,
  )
}

/** Checks that thinking sent back was issued here and is unchanged, and so a search's results: there is no search here. */
export function checkSeals(messages: readonly JsonObject[], seals: Seals): void {
  messages.forEach((message, index) => {
    blocksOf(message.content).forEach((block, place) => {
      const found = objects(block.citations).findIndex(({ type }) => type === 'web_search_result_location')
      if (found !== -1)
        throw invalid(`messages.${index}.content.${place}.citations.${found}: Invalid \`encrypted_index\` in citation`)
      const result = objects(block.content).findIndex(({ type }) => type === 'web_search_result')
      if (block.type === 'web_search_tool_result' && result !== -1)
        throw invalid(
          `messages.${index}.content.${place}.content.${result}: Invalid \`encrypted_content\` in \`search_result\` block`,
        )
      const [field, seal, shown] =
        block.type === 'thinking'
          ? ['signature', block.signature, text(block.thinking) ?? '']
          : ['data', block.data, '']
      const sealed = block.type === 'thinking' || block.type === 'redacted_thinking'
      if (!sealed || seals.verify(text(seal) ?? '', shown)) return
      throw invalid(`messages.${index}.content.${place}: Invalid \`${field}\` in \`${show(block.type)}\` block`)
    })
  })
}
