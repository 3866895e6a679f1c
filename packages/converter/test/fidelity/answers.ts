import { convertReply } from '../../src/index.ts'
import { type Dialect, dialects } from '../../src/lib/chat/dialect.ts'
import type { JsonObject, JsonValue } from '../../src/lib/chat/json.ts'
import type { Loss } from '../../src/lib/chat/loss.ts'
import type { Usage } from '../../src/lib/chat/usage.ts'
import { codecOf } from '../../src/lib/codecs.ts'
import { LossReport } from '../../src/lib/report.ts'
import { type Case, everyCase, fixed } from '../corpus.ts'
import { converted, optionsOf, wantsAll } from '../streams.ts'

/** What answers hold, and the cases of the corpus that have it, by their folder's name. */
const features: readonly (readonly [feature: string, ...cases: string[]])[] = [
  ['text', 'text', 'unicode'],
  ['nothing', 'empty-reply'],
  ['parallel tool calls', 'parallel-tools'],
  ['a tool call without arguments', 'tool-no-args'],
  ['a free text tool call', 'custom-tool'],
  ['reasoning', 'deepseek', 'mistral-thinking', 'reasoning-text'],
  ['sealed reasoning', 'reasoning-sealed'],
  ['hidden reasoning', 'reasoning-redacted', 'reasoning-omitted'],
  ['a refusal', 'refusal'],
  ['sources', 'annotations', 'grounding', 'perplexity'],
  ["the provider's own tools", 'server-tools', 'code-execution'],
  ['structured output', 'structured-output'],
  ['a length stop', 'length-stop'],
  ['a stop sequence', 'stop-sequence'],
  ['a content filter', 'content-filter', 'safety', 'prompt-blocked'],
]

interface Told {
  readonly whole: readonly Loss[]
  readonly streamed: readonly Loss[]
}

function told({ dialect, reply, stream }: Case, to: Dialect): Told {
  const whole = reply === undefined ? [] : convertReply(structuredClone(reply), optionsOf(dialect, to)).losses
  return { whole, streamed: converted([stream], optionsOf(dialect, to)).stream.losses }
}

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly reasons: readonly string[]
}

/** What becomes of each thing an answer holds, whole and streamed, by converting the corpus. */
export function answers(letters: Readonly<Record<Dialect, string>>): Table {
  const reasons: string[] = []
  const rows = features.map(([feature, ...names]) => {
    const why = new Map<string, Set<string>>()
    const columns = dialects.map((from) => {
      const cases = everyCase.filter(({ dialect, name }) => dialect === from && names.includes(name))
      if (cases.length === 0) return ''
      const others = dialects.filter((to) => to !== from)
      return others.map((to) => letters[to] + signOf(cases, to, letters, why)).join(' ')
    })
    if (why.size > 0) {
      const list = [...why].map(([reason, pairs]) => `${[...pairs].join(', ')} ${reason}`)
      reasons.push(`- **${feature}**: ${list.join('; ')}`)
    }
    return [feature, ...columns]
  })
  return { head: dialects.map((from) => `from ${from} (${letters[from]})`), rows, reasons }
}

function signOf(
  cases: readonly Case[],
  to: Dialect,
  letters: Readonly<Record<Dialect, string>>,
  why: Map<string, Set<string>>,
): string {
  const seen = { whole: false, streamed: false }
  for (const each of cases) {
    const losses = told(each, to)
    for (const way of ['whole', 'streamed'] as const) {
      for (const { kind, detail } of losses[way]) {
        seen[way] = true
        const reason = `${kind}: ${detail.replaceAll('<', '&lt;').replaceAll('|', '\\|')}`
        why.set(reason, (why.get(reason) ?? new Set()).add(letters[each.dialect] + letters[to]))
      }
    }
  }
  if (seen.whole === seen.streamed) return seen.whole ? '≈' : '✓'
  return seen.whole ? '≈ (streamed ✓)' : '✓ (streamed ≈)'
}

/** How each dialect says why it stopped, and how an answer that ends so is written. */
const stops: Readonly<Record<Dialect, readonly [words: readonly string[], reply: (word: string) => JsonObject]>> = {
  'openai-chat': [
    ['stop', 'length', 'tool_calls', 'content_filter'],
    (word) => {
      const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }
      const message = { role: 'assistant', content: 'Hi', ...(word === 'tool_calls' && { tool_calls: [call] }) }
      return { id: 'c', object: 'chat.completion', model: 'm', choices: [{ index: 0, message, finish_reason: word }] }
    },
  ],
  'openai-completions': [
    ['stop', 'length', 'content_filter'],
    (word) => ({ id: 'c', object: 'text_completion', choices: [{ index: 0, text: 'Hi', finish_reason: word }] }),
  ],
  'openai-responses': [
    ['completed', 'incomplete: max_output_tokens', 'incomplete: content_filter'],
    (word) => {
      const [status = '', reason] = word.split(': ')
      const content = [{ type: 'output_text', text: 'Hi', annotations: [] }]
      const output = [{ id: 'msg_1', type: 'message', role: 'assistant', status, content }]
      return { id: 'r', object: 'response', status, output, ...(reason && { incomplete_details: { reason } }) }
    },
  ],
  anthropic: [
    ['end_turn', 'max_tokens', 'stop_sequence', 'tool_use', 'pause_turn', 'refusal', 'model_context_window_exceeded'],
    (word) => {
      const call = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }
      const content = [{ type: 'text', text: 'Hi' }, ...(word === 'tool_use' ? [call] : [])]
      return { id: 'a', type: 'message', role: 'assistant', content, stop_reason: word, usage: { output_tokens: 1 } }
    },
  ],
  gemini: [
    [
      'STOP',
      'MAX_TOKENS',
      'SAFETY',
      'RECITATION',
      'LANGUAGE',
      'BLOCKLIST',
      'PROHIBITED_CONTENT',
      'SPII',
      'MALFORMED_FUNCTION_CALL',
      'UNEXPECTED_TOOL_CALL',
      'OTHER',
    ],
    (word) => ({ candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: word }] }),
  ],
}

/** The word of a written reply. */
function stopOf(dialect: Dialect, reply: JsonObject): string {
  const [first] = ((dialect === 'gemini' ? reply.candidates : reply.choices) ?? []) as Record<string, string>[]
  const { stop_reason: stop, status } = reply as Record<string, string>
  if (dialect === 'anthropic') return String(stop)
  if (dialect === 'gemini') return String(first?.finishReason)
  if (dialect !== 'openai-responses') return String(first?.finish_reason)
  const { reason } = (reply.incomplete_details ?? {}) as { reason?: string }
  return reason === undefined ? String(status) : `${String(status)}: ${reason}`
}

/** Each provider's word for why it stopped in each client's words; ≈ where a loss is reported. */
export function stopWords(): Table {
  const rows = dialects.flatMap((from) => {
    const [words, reply] = stops[from]
    return words.map((word) => [
      `${from} \`${word}\``,
      ...dialects.map((to) => {
        if (to === from) return ''
        const { body, losses } = convertReply(reply(word), { from, to, request: wantsAll, ...fixed })
        return `\`${stopOf(to, body)}\`${losses.some(({ path }) => path === 'stop_reason') ? ' ≈' : ''}`
      }),
    ])
  })
  return { head: dialects.map((to) => `to ${to}`), rows, reasons: [] }
}

const counters: readonly (readonly [name: string, usage: Usage])[] = [
  ['input, with what the cache gave and took', { input: 1000 }],
  ['of it read from the cache', { cacheRead: 300 }],
  ['of it written to the cache', { cacheWrite: 200 }],
  ['of that for an hour', { cacheWrite1h: 50 }],
  ['output, with reasoning', { output: 100 }],
  ['of it reasoning', { reasoning: 40 }],
]

/** Where each dialect has each counter: the first member that differs when it is told, in a reply that says it alone. */
export function usageMembers(): Table {
  const all: Usage = counters.reduce((sum, [, usage]) => Object.assign(sum, usage), {})
  const rows = counters.map(([name, usage]) => [
    name,
    ...dialects.map((dialect) => {
      const without = Object.fromEntries(Object.entries(all).filter(([key]) => !Object.hasOwn(usage, key)))
      const [before, after] = [written(dialect, without), written(dialect, all)]
      const differs = [...after].filter(([path, value]) => before.get(path) !== value).map(([path]) => `\`${path}\``)
      return differs.length === 0 ? '–' : differs.join(' ')
    }),
  ])
  return { head: [...dialects], rows, reasons: [] }
}

/** The members of the usage a client of the dialect is told. */
function written(dialect: Dialect, usage: Usage): Map<string, JsonValue> {
  const report = new LossReport()
  const reply = { parts: [{ type: 'text', text: 'Hi', at: 'parts[0]' }], stop: { reason: 'end' }, usage } as const
  const body = codecOf(dialect).encodeReply(reply, {
    report,
    wantsUsage: true,
    legacyFunctions: false,
    showReasoning: true,
    customTools: new Set(),
    originalToolName: (name) => name,
    callId: (id) => id,
    ...fixed,
  })
  const members = new Map<string, JsonValue>()
  const walk = (value: JsonValue | undefined, path: string): void => {
    if (typeof value === 'number') members.set(path, value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`)
  }
  walk(dialect === 'gemini' ? body.usageMetadata : body.usage, '')
  return members
}
