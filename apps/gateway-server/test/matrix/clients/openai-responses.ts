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

type Responses = OpenAI.Responses.Response
type Item = OpenAI.Responses.ResponseInputItem

export const openaiResponses: Client = {
  name: 'openai-responses',
  open(gateway, settings, way) {
    const { responses } = gateway.openai()
    const input: Item[] = []
    let last: Answer | undefined
    return {
      async ask(turn) {
        input.push(...itemsOf(turn, last))
        const request = { ...requestOf(settings), input }
        const reply =
          way === 'whole'
            ? await responses.create(request)
            : await responses.stream({ ...request, stream: true }).finalResponse()
        // The types of what comes out and of what goes in are apart, though OpenAI documents to send it back as it is.
        input.push(...(reply.output.map(withoutHelpers) as Item[]))
        last = answerOf(reply)
        return last
      },
    }
  },
}

/** The item as it was on the wire: what the SDK's stream adds for convenience OpenAI refuses to take back. */
function withoutHelpers(item: OpenAI.Responses.ResponseOutputItem): object {
  const { parsed_arguments: _, ...plain } = item as typeof item & { parsed_arguments?: unknown }
  if (plain.type !== 'message') return plain
  return { ...plain, content: plain.content.map(({ parsed: __, ...part }: object & { parsed?: unknown }) => part) }
}

function requestOf({
  model,
  system,
  tools,
  reasoning,
  schema,
  maxTokens,
}: Settings): Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'input'> {
  return {
    model,
    store: false,
    ...(system !== undefined && { instructions: system }),
    ...(reasoning && {
      reasoning: { effort: 'high' as const, summary: 'auto' as const },
      include: ['reasoning.encrypted_content' as const],
    }),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    ...(schema && { text: { format: { type: 'json_schema' as const, name: 'answer', schema, strict: true } } }),
    ...(tools && {
      tools: Object.entries(tools).map(([name, properties]) => ({
        type: 'function' as const,
        name,
        description: `Calls ${name}.`,
        parameters: parametersOf(properties),
        strict: true,
      })),
    }),
  }
}

function itemsOf(turn: Turn, last: Answer | undefined): Item[] {
  if ('say' in turn) return [{ role: 'user', content: turn.say.map(partOf) }]
  return resultsOf(turn, last).map(({ id, output }) => ({ type: 'function_call_output', call_id: id, output }))
}

function partOf(said: Said): OpenAI.Responses.ResponseInputContent {
  if ('text' in said) return { type: 'input_text', text: said.text }
  if ('png' in said) return { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${said.png}` }
  return { type: 'input_file', filename: said.name, file_data: `data:application/pdf;base64,${said.pdf}` }
}

function answerOf({ output, status, incomplete_details: why, usage, model }: Responses): Answer {
  const contents = output.flatMap((item) => (item.type === 'message' ? item.content : []))
  const refusal = contents.map((part) => (part.type === 'refusal' ? part.refusal : '')).join('')
  const calls = output.flatMap((item) =>
    item.type === 'function_call'
      ? [{ id: item.call_id, name: item.name, input: JSON.parse(item.arguments) as unknown }]
      : [],
  )
  const filtered = why?.reason === 'content_filter'
  return {
    text: contents.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    reasoning: output
      .flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text }) => text) : []))
      .join('\n'),
    refusal,
    calls,
    stop:
      refusal !== '' || filtered ? 'refusal' : status === 'incomplete' ? 'length' : calls.length > 0 ? 'calls' : 'end',
    usage: { input: usage?.input_tokens ?? 0, output: usage?.output_tokens ?? 0 },
    model,
  }
}
