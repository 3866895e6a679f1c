import type OpenAI from 'openai'
import {
  type Answer,
  type Client,
  parametersOf,
  resultsOf,
  type Said,
  type Settings,
  type Turn,
} from '../conversation.ts'

type Message = OpenAI.ChatCompletionMessageParam

export const openaiChat: Client = {
  name: 'openai-chat',
  open(gateway, settings, way) {
    const { completions } = gateway.openai().chat
    const messages: Message[] = settings.system === undefined ? [] : [{ role: 'system', content: settings.system }]
    let last: Answer | undefined
    return {
      async ask(turn) {
        messages.push(...messagesOf(turn, last))
        const request = { ...requestOf(settings), messages }
        let reasoning = ''
        let reply: OpenAI.ChatCompletion
        if (way === 'whole') {
          reply = await completions.create(request)
          reasoning = reasoningOf(reply.choices[0]?.message)
        } else {
          const stream = completions.stream({ ...request, stream: true, stream_options: { include_usage: true } })
          // The SDK's own fold keeps of a field it does not know the last piece alone.
          stream.on('chunk', ({ choices }) => {
            reasoning += reasoningOf(choices[0]?.delta)
          })
          reply = await stream.finalChatCompletion()
        }
        const message = reply.choices[0]?.message
        if (message) messages.push(withoutHelpers(message))
        last = { ...answerOf(reply), reasoning }
        return last
      },
    }
  },
}

/** The field of other vendors that the SDK has no name for. */
function reasoningOf(message: object | undefined): string {
  const known: { reasoning_content?: string } | undefined = message
  return known?.reasoning_content ?? ''
}

/** The message as it was on the wire: what the SDK's stream adds for convenience OpenAI refuses to take back. */
function withoutHelpers(message: OpenAI.ChatCompletionMessage): Message {
  const { parsed: _, ...plain } = message as OpenAI.ChatCompletionMessage & { parsed?: unknown }
  const calls = plain.tool_calls?.map((call) => {
    if (call.type !== 'function') return call
    const { parsed_arguments: __, ...function_ } = call.function as typeof call.function & {
      parsed_arguments?: unknown
    }
    return { ...call, function: function_ }
  })
  return calls ? { ...plain, tool_calls: calls } : plain
}

function requestOf({
  model,
  tools,
  reasoning,
  schema,
  maxTokens,
}: Settings): Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'messages'> {
  return {
    model,
    ...(reasoning && { reasoning_effort: 'high' as const }),
    ...(maxTokens !== undefined && { max_completion_tokens: maxTokens }),
    ...(schema && {
      response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema, strict: true } },
    }),
    ...(tools && {
      tools: Object.entries(tools).map(([name, properties]) => ({
        type: 'function' as const,
        function: { name, description: `Calls ${name}.`, parameters: parametersOf(properties) },
      })),
    }),
  }
}

function messagesOf(turn: Turn, last: Answer | undefined): Message[] {
  if ('say' in turn) return [{ role: 'user', content: turn.say.map(partOf) }]
  return resultsOf(turn, last).map(({ id, output }) => ({ role: 'tool', tool_call_id: id, content: output }))
}

function partOf(said: Said): OpenAI.ChatCompletionContentPart {
  if ('text' in said) return { type: 'text', text: said.text }
  if ('png' in said) return { type: 'image_url', image_url: { url: `data:image/png;base64,${said.png}` } }
  return { type: 'file', file: { filename: said.name, file_data: `data:application/pdf;base64,${said.pdf}` } }
}

function answerOf({ choices, usage, model }: OpenAI.ChatCompletion): Answer {
  const message = choices[0]?.message
  const calls = message?.tool_calls?.filter((call) => call.type === 'function') ?? []
  const finish = choices[0]?.finish_reason
  return {
    text: message?.content ?? '',
    reasoning: '',
    refusal: message?.refusal ?? '',
    calls: calls.map(({ id, function: { name, arguments: json } }) => ({
      id,
      name,
      input: JSON.parse(json) as unknown,
    })),
    stop:
      finish === 'tool_calls'
        ? 'calls'
        : finish === 'length'
          ? 'length'
          : finish === 'content_filter' || message?.refusal
            ? 'refusal'
            : 'end',
    usage: { input: usage?.prompt_tokens ?? 0, output: usage?.completion_tokens ?? 0 },
    model,
  }
}
