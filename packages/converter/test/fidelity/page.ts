import { type Dialect, dialects } from '../../src/lib/chat/dialect.ts'
import { ConversionError } from '../../src/lib/chat/error.ts'
import type { JsonObject } from '../../src/lib/chat/json.ts'
import type { Loss } from '../../src/lib/chat/loss.ts'
import { convertRequest } from '../../src/lib/convert.ts'
import { answers, stopWords, type Table, usageMembers } from './answers.ts'
import { type Feature, type Group, groups } from './features.ts'

/** How to make the page anew. */
export const command = 'node packages/converter/test/fidelity/write.ts'

type Verdict = 'exact' | 'approximated' | 'emulated' | 'dropped' | 'refused' | 'needless'

interface Outcome {
  readonly body: string
  readonly losses: readonly Loss[]
  readonly refusal?: string
}

interface Cell {
  readonly from: Dialect
  readonly to: Dialect
  readonly verdict: Verdict
  readonly reasons: readonly string[]
}

const letters: Readonly<Record<Dialect, string>> = {
  'openai-chat': 'C',
  'openai-completions': 'L',
  'openai-responses': 'R',
  anthropic: 'A',
  gemini: 'G',
}

const signs: Readonly<Record<Verdict, string>> = {
  exact: '✓',
  approximated: '≈',
  emulated: '+',
  dropped: '–',
  refused: '✗',
  needless: '·',
}

const plain: Readonly<Record<Dialect, JsonObject>> = {
  'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'Hello' }] },
  'openai-completions': { model: 'm', prompt: 'Hello' },
  'openai-responses': { model: 'm', store: false, input: [{ role: 'user', content: 'Hello' }] },
  anthropic: { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] },
  gemini: { model: 'm', contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
}

function outcome(request: JsonObject, from: Dialect, to: Dialect, model: string): Outcome {
  try {
    const { body, losses } = convertRequest(structuredClone(request), { from, to, model })
    return { body: JSON.stringify(body), losses }
  } catch (cause) {
    if (!ConversionError.is(cause)) throw cause
    const { path = '', message } = cause
    return { body: '', losses: [], refusal: toldAt(path, message.replace(`${path}: `, '')) }
  }
}

/** What becomes of a feature, by comparison with the same request without it. */
function cellOf(feature: Feature, from: Dialect, to: Dialect, model: string): Cell {
  const base = { ...plain[from], ...feature.beside?.[from] }
  const before = outcome(base, from, to, model)
  const after = outcome({ ...base, ...feature.in[from] }, from, to, model)
  if (after.refusal !== undefined) return { from, to, verdict: 'refused', reasons: [after.refusal] }
  const known = new Set(before.losses.map((loss) => JSON.stringify(loss)))
  const losses = after.losses.filter((loss) => !known.has(JSON.stringify(loss)))
  const reasons = losses.map(({ path, detail }) => toldAt(path, detail))
  return { from, to, verdict: verdictOf(losses, before.body !== after.body, feature), reasons }
}

/** One reason for all members of a list. */
function toldAt(path: string, detail: string): string {
  return `\`${path.replaceAll(/\[\d+\]/g, '[]')}\`: ${detail}`
}

/** The worst of what is told. */
function verdictOf(losses: readonly Loss[], changed: boolean, { emulated }: Feature): Verdict {
  const told = new Set(losses.map(({ kind }) => kind))
  if (told.has('dropped')) return changed ? 'approximated' : 'dropped'
  if (told.size > 0) return emulated ? 'emulated' : 'approximated'
  return changed ? 'exact' : 'needless'
}

function cellsOf(feature: Feature, { models }: Group): Cell[] {
  return dialects
    .filter((from) => feature.in[from] !== undefined)
    .flatMap((from) => dialects.filter((to) => to !== from).map((to) => cellOf(feature, from, to, models[to])))
}

function row(feature: Feature, cells: readonly Cell[]): string {
  const columns = dialects.map((from) =>
    cells
      .filter((cell) => cell.from === from)
      .map(({ to, verdict }) => letters[to] + signs[verdict])
      .join(' '),
  )
  return `| ${[feature.name, ...columns].join(' | ')} |`
}

/** The reasons of a row, each once with the pairs it is true of. */
function reasonLines(feature: Feature, cells: readonly Cell[]): string[] {
  const pairs = new Map<string, string[]>()
  for (const { from, to, reasons } of cells) {
    for (const reason of reasons) {
      const known = pairs.get(reason) ?? []
      if (!known.includes(letters[from] + letters[to])) known.push(letters[from] + letters[to])
      pairs.set(reason, known)
    }
  }
  if (pairs.size === 0) return []
  const list = [...pairs].map(([reason, where]) => `${where.join(', ')} ${escaped(reason)}`)
  return [`- **${feature.name}**: ${list.join('; ')}`]
}

/** Text for a Markdown page: what looks like a tag is shown. */
function escaped(reason: string): string {
  return reason.replaceAll('<', '&lt;').replaceAll('|', '\\|')
}

function section(group: Group): string {
  const { title, models, features } = group
  const rows = features.map((feature) => ({ feature, cells: cellsOf(feature, group) }))
  return [
    `## ${title}`,
    '',
    `Converted for ${[...new Set(Object.values(models))].map((model) => `\`${model}\``).join(', ')}.`,
    '',
    `| | ${dialects.map((dialect) => `from ${dialect} (${letters[dialect]})`).join(' | ')} |`,
    `|---|${dialects.map(() => '---|').join('')}`,
    ...rows.map(({ feature, cells }) => row(feature, cells)),
    '',
    '<details><summary>Why</summary>',
    '',
    ...rows.flatMap(({ feature, cells }) => reasonLines(feature, cells)),
    '',
    '</details>',
  ].join('\n')
}

function tableOf(title: string, text: string, { head, rows, reasons }: Table): string {
  const why = ['', '<details><summary>Why</summary>', '', ...reasons, '', '</details>']
  return [
    `## ${title}`,
    '',
    text,
    '',
    `| | ${head.join(' | ')} |`,
    `|---|${head.map(() => '---|').join('')}`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    ...(reasons.length > 0 ? why : []),
  ].join('\n')
}

/** What becomes of answers, on the way back. */
function backward(): string {
  return [
    tableOf(
      'Answers, whole and streamed',
      "Here a column is the dialect a provider speaks, and each entry the client's. Made by converting the answers of the corpus (`fixtures/`): ✓ everything is told, ≈ something of it is dropped or approximated and reported. A stream and a whole reply are told alike, but where the entry says otherwise. A stream that its provider did not finish ends in an error of the client's dialect, never in a stop.",
      answers(letters),
    ),
    tableOf(
      'Why an answer ended',
      "Each provider's word, and what a client is told; ≈ where the client's dialect has no such word and the loss is reported.",
      stopWords(),
    ),
    tableOf(
      'Usage',
      'Where each dialect tells a counter, in `usage` (Gemini: `usageMetadata`); more than one member where sums change with it. Every pair reads the one and writes the other; – where the dialect has no place for it.',
      usageMembers(),
    ),
  ].join('\n\n')
}

/** The whole page. */
export function page(): string {
  return `# What survives a conversion

<!-- Made by \`${command}\`. Do not edit. -->

Between two sides of one dialect every byte passes as it is. Between two dialects this page says what becomes of each thing a request can ask for, and then of what answers hold. It is made by converting a request with and without it, so it says what this version does; the same words are in the \`losses\` of a conversion and in the \`x-llm-gateway-losses\` header.

A row is a feature, a column the dialect a client speaks, and each entry the provider's dialect with a sign:

| sign | meaning |
|---|---|
| ✓ | exact: the provider is asked for the same thing |
| ≈ | approximated: something near to it, or a part of it |
| + | emulated: asked for by other means, such as words |
| – | dropped: left out and reported; the request still means the same |
| ✗ | refused with a 400: leaving it out would give another kind of answer |
| · | needless: the provider does it anyway |

C is openai-chat, L openai-completions, R openai-responses, A anthropic, G gemini; AC is from anthropic to openai-chat. \`strict\` refuses everything but ✓ and ·. An empty cell: the dialect has no such thing.

${groups.map(section).join('\n\n')}

${backward()}
`
}
