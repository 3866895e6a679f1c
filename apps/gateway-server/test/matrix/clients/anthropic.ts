import type Anthropic from '@anthropic-ai/sdk'
import {
  type Answer,
  type Client,
  parametersOf,
  resultsOf,
  type Said,
  type Settings,
  type Turn,
} from '../conversation.ts'

export const anthropicMessages: Client = {
  name: 'anthropic',
  open(gateway, settings, way) {
    const client = gateway.anthropic().messages
    const messages: Anthropic.MessageParam[] = []
    let last: Answer | undefined
    return {
      async ask(turn) {
        messages.push({ role: 'user', content: blocksOf(turn, last) })
        const request = { ...requestOf(settings), messages }
        const reply = way === 'whole' ? await client.create(request) : await client.stream(request).finalMessage()
        // The types of what comes out and of what goes in are apart, though Anthropic documents to send it back as it is.
        messages.push({ role: 'assistant', content: reply.content as Anthropic.ContentBlockParam[] })
        last = answerOf(reply)
        return last
      },
    }
  },
}

function requestOf({
  model,
  system,
  tools,
  reasoning,
  schema,
  maxTokens,
}: Settings): Omit<Anthropic.MessageCreateParamsNonStreaming, 'messages'> {
  const effort = reasoning && { effort: 'high' as const }
  const format = schema && { format: { type: 'json_schema' as const, schema } }
  return {
    model,
    max_tokens: maxTokens ?? 4_000,
    ...(system !== undefined && { system }),
    ...(reasoning && { thinking: { type: 'adaptive' as const, display: 'summarized' as const } }),
    ...((effort || format) && { output_config: { ...effort, ...format } }),
    ...(tools && {
      tools: Object.entries(tools).map(([name, properties]) => ({
        name,
        description: `Calls ${name}.`,
        input_schema: parametersOf(properties),
      })),
    }),
  }
}

function blocksOf(turn: Turn, last: Answer | undefined): Anthropic.ContentBlockParam[] {
  if ('say' in turn) return turn.say.map(blockOf)
  return resultsOf(turn, last).map(({ id, output }) => ({ type: 'tool_result', tool_use_id: id, content: output }))
}

function blockOf(said: Said): Anthropic.ContentBlockParam {
  if ('text' in said) return { type: 'text', text: said.text }
  if ('png' in said) return { type: 'image', source: { type: 'base64', media_type: 'image/png', data: said.png } }
  const source = { type: 'base64' as const, media_type: 'application/pdf' as const, data: said.pdf }
  return { type: 'document', source, title: said.name }
}

const stops: Readonly<Record<string, Answer['stop']>> = {
  tool_use: 'calls',
  max_tokens: 'length',
  refusal: 'refusal',
}

function answerOf({ content, stop_reason: stop, usage, model }: Anthropic.Message): Answer {
  const calls = content.flatMap((block) =>
    block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : [],
  )
  const cached = (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0)
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    reasoning: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    refusal: '',
    calls,
    stop: stops[stop ?? ''] ?? 'end',
    usage: { input: usage.input_tokens + cached, output: usage.output_tokens },
    model,
  }
}
