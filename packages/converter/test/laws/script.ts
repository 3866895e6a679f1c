import fc from 'fast-check'
import type { Has } from './shared.ts'

/**
 * A conversation as an author would write it down, which each dialect spells in its own way (`spell-requests.ts`). Absent is not said.
 */

export type Said =
  | { readonly is: 'text'; readonly text: string; readonly kept?: true }
  | { readonly is: 'image'; readonly data: string; readonly detail?: string }
  | { readonly is: 'image-url'; readonly url: string }
  | { readonly is: 'pdf'; readonly data: string; readonly name?: string }
  | { readonly is: 'audio'; readonly data: string }

export interface Call {
  readonly id: string
  readonly name: string
  /** JSON text of an object, or the free text of a custom tool. */
  readonly input: string
  readonly free?: true
}

export interface Result {
  readonly texts: readonly string[]
  readonly images: readonly string[]
  readonly failed: boolean
}

export type Answered =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'call'; readonly call: Call; readonly result: Result }

export type Step =
  | { readonly by: 'user'; readonly said: readonly Said[] }
  | { readonly by: 'assistant'; readonly parts: readonly Answered[]; readonly refusal?: string }
  | { readonly by: 'system'; readonly text: string }

export interface Tool {
  readonly name: string
  readonly description?: string
  /** JSON text; absent for a tool of free text. */
  readonly schema?: string
  readonly strict?: boolean
  readonly free?: true
}

export interface Script {
  /** For models that reason rather than sample. */
  readonly reasoning: boolean
  readonly instructions: readonly string[]
  readonly steps: readonly Step[]
  readonly tools: readonly Tool[]
  readonly choice?: 'auto' | 'required' | 'none' | { readonly name: string } | { readonly names: readonly string[] }
  readonly parallel?: boolean
  readonly limit: number
  readonly stops?: readonly string[]
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly presence?: number
  readonly frequency?: number
  readonly seed?: number
  readonly candidates?: number
  readonly logprobs?: number
  readonly output?:
    | 'json'
    | { readonly schema: string; readonly strict: boolean; readonly name?: string; readonly description?: string }
  readonly effort?: string
  readonly shown?: true
  readonly verbosity?: string
  readonly tier?: 'auto' | 'default' | 'flex' | 'priority'
  readonly user?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly store?: boolean
  readonly stream?: true
  readonly cacheKey?: string
}

/** Text with something in it: a block of white space alone is no legal text everywhere. */
export const words: fc.Arbitrary<string> = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((text) => text.trim() !== '')
export const name: fc.Arbitrary<string> = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_-]{0,39}$/)
/** The shortest limit of an id is that of Chat Completions: 40 characters. */
export const id: fc.Arbitrary<string> = fc.stringMatching(/^[a-zA-Z0-9_-]{1,40}$/)
const base64 = fc.base64String({ maxLength: 24 })
/** JavaScript moves keys that look like indexes to the front, and an object holds each key once. */
const key = fc.stringMatching(/^[a-z]\w{0,8}$/).filter((word) => word !== '__proto__')

const numbers = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom('12345678901234567890', '1.0', '1e-400', '1E+5', '-0', '0.10', '3.141592653589793238462643'),
)

const value = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => JSON.stringify(text)),
    numbers,
    fc.constantFrom('true', 'false', 'null'),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join()}]`),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }).map(objectText),
  ),
})).value

function objectText(members: Readonly<Record<string, string>>): string {
  return `{${Object.entries(members)
    .map(([member, text]) => `${JSON.stringify(member)}:${text}`)
    .join()}}`
}

/** JSON text of an object, its numbers as no double writes them. */
export const input: fc.Arbitrary<string> = fc.dictionary(key, value, { maxKeys: 4 }).map(objectText)

/** A schema of an object whose properties are open: nobody holds a model to it. */
const openSchema = fc
  .dictionary(
    key,
    value.map((text) => `{"default":${text}}`),
    { minKeys: 1, maxKeys: 3 },
  )
  .map((properties) => `{"type":"object","properties":${objectText(properties)}}`)
/** A schema OpenAI takes as strict. */
const closedSchema = fc.uniqueArray(key, { minLength: 1, maxLength: 3 }).map((keys) =>
  JSON.stringify({
    type: 'object',
    properties: Object.fromEntries(keys.map((each) => [each, { type: 'string' }])),
    required: keys,
    additionalProperties: false,
  }),
)

/** One of these when the pair has it, else never. */
function when<Value>(has: boolean, arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return has ? fc.option(arbitrary, { nil: undefined }) : fc.constant(undefined)
}

function saidBy(has: Has): fc.Arbitrary<readonly Said[]> {
  const kinds: fc.Arbitrary<Said>[] = [words.map((text) => ({ is: 'text', text }) as const)]
  if (has('breakpoints')) kinds.push(words.map((text) => ({ is: 'text', text, kept: true }) as const))
  if (has('images')) kinds.push(base64.map((data) => ({ is: 'image', data }) as const))
  if (has('imageDetail')) {
    const detail = fc.constantFrom('low', 'high', 'original')
    kinds.push(fc.record({ data: base64, detail }).map((image) => ({ is: 'image', ...image }) as const))
  }
  if (has('imageUrls')) kinds.push(fc.webUrl().map((url) => ({ is: 'image-url', url: `${url}/a.png` }) as const))
  if (has('namedPdfs')) {
    kinds.push(fc.record({ data: base64, name: words }).map((pdf) => ({ is: 'pdf', ...pdf }) as const))
  }
  if (has('namelessPdfs')) kinds.push(base64.map((data) => ({ is: 'pdf', data }) as const))
  if (has('audio')) kinds.push(base64.map((data) => ({ is: 'audio', data }) as const))
  return fc
    .array(fc.oneof(...kinds), { minLength: 1, maxLength: 3 })
    .map((parts) =>
      parts.map((part, i) => (part.is === 'text' && part.kept && i > 0 ? { is: 'text', text: part.text } : part)),
    )
}

function resultBy(has: Has): fc.Arbitrary<Result> {
  const text = fc.oneof(
    words,
    input,
    fc.constantFrom('{}', '{"result":1}', '{"output":"x"}', '{"error":"x"}', '[1]', '7'),
  )
  return fc
    .record({
      texts: has('textsInResults') ? fc.array(text, { maxLength: 3 }) : fc.array(text, { maxLength: 1 }),
      images: has('imagesInResults') ? fc.array(base64, { maxLength: 1 }) : fc.constant<string[]>([]),
      failed: has('failedResults') ? fc.boolean() : fc.constant(false),
    })
    .map((result) => (result.failed ? { texts: [result.texts[0] ?? 'no'], images: [], failed: true } : result))
}

/** A run of texts and calls. */
function partsBy(has: Has): fc.Arbitrary<readonly Answered[]> {
  const text = words.map((said) => ({ is: 'text', text: said }) as const)
  if (!has('calls')) return fc.array(text, { minLength: 1, maxLength: 1 })
  const plain = fc.record({ id, name, input })
  const free = fc.record({ id, name, input: words, free: fc.constant(true as const) })
  const call = fc
    .record({ call: has('freeTextTools') ? fc.oneof(plain, free) : plain, result: resultBy(has) })
    .map((both) => ({ is: 'call', ...both }) as const)
  const calls = fc.uniqueArray(call, { maxLength: 3, selector: (each) => each.call.id })
  const inOrder = fc
    .tuple(fc.option(text, { nil: undefined }), calls)
    .map(([first, rest]) => [...(first ? [first] : []), ...rest])
  const mixed = fc
    .tuple(calls, fc.array(text, { maxLength: 2 }), fc.nat(3))
    .map(([made, texts, at]) => [...made.slice(0, at), ...texts, ...made.slice(at)])
  return (has('textAfterCalls') ? fc.oneof(inOrder, mixed) : inOrder).filter((parts) => parts.length > 0)
}

function stepsBy(has: Has): fc.Arbitrary<readonly Step[]> {
  const user = saidBy(has).map((said): Step => ({ by: 'user', said }))
  if (!has('conversation')) return words.map((text): Step[] => [{ by: 'user', said: [{ is: 'text', text }] }])
  const assistant = fc.oneof(
    partsBy(has).map((parts): Step => ({ by: 'assistant', parts })),
    ...(has('refusals') ? [words.map((refusal): Step => ({ by: 'assistant', parts: [], refusal }))] : []),
  )
  // Where it is legal for all: after a user message, before an assistant's.
  const late = when(has('lateInstructions'), words)
  const exchange = fc
    .tuple(late, assistant, user, when(has('usersInARow'), user))
    .map(([text, said, asked, more]): Step[] => [
      ...(text === undefined ? [] : [{ by: 'system', text } as const]),
      said,
      asked,
      ...(more ? [more] : []),
    ])
  return fc.tuple(user, fc.array(exchange, { maxLength: 3 })).map(([first, rest]) => uniqueIds([first, ...rest.flat()]))
}

/** An id names one call of the conversation. */
function uniqueIds(steps: readonly Step[]): Step[] {
  const seen = new Set<string>()
  return steps.map((step) => {
    if (step.by !== 'assistant') return step
    const parts = step.parts.filter((part) => {
      if (part.is === 'text') return true
      const fresh = !seen.has(part.call.id)
      seen.add(part.call.id)
      return fresh
    })
    return parts.length > 0 || step.refusal !== undefined
      ? { ...step, parts }
      : { by: 'assistant', parts: [{ is: 'text', text: 'So.' }] }
  })
}

function toolsBy(has: Has): fc.Arbitrary<readonly Tool[]> {
  if (!has('tools')) return fc.constant([])
  const strict = has('strictTools')
    ? fc.boolean()
    : has('strictTrue')
      ? when(true, fc.constant(true))
      : fc.constant(undefined)
  const schema = has('toolsWithoutArguments')
    ? fc.oneof(openSchema, closedSchema, fc.constant('{"type":"object","properties":{}}'))
    : fc.oneof(openSchema, closedSchema)
  const plain = fc
    .record({ name, description: when(true, words), schema, strict, closed: closedSchema })
    .map(({ closed, ...each }) => (each.strict ? { ...each, schema: closed } : each))
  const free = fc.record({ name, description: when(true, words), free: fc.constant(true as const) })
  const tool = has('freeTextTools') ? fc.oneof(plain, free) : plain
  return fc
    .uniqueArray(tool, { maxLength: 3, selector: (each) => each.name })
    .map((tools) => tools.map((each) => withoutAbsent(each)))
}

/** A value in which what may be undefined may be absent instead. */
type Present<Value> = { [Key in keyof Value as undefined extends Value[Key] ? never : Key]: Value[Key] } & {
  [Key in keyof Value as undefined extends Value[Key] ? Key : never]?: Exclude<Value[Key], undefined>
}

/** Absent and undefined are one to a reader, and two to a comparison. */
function withoutAbsent<Value extends object>(holder: Value): Present<Value> {
  return Object.fromEntries(Object.entries(holder).filter(([, held]) => held !== undefined)) as Present<Value>
}

function choiceBy(has: Has, tools: readonly Tool[]): fc.Arbitrary<Script['choice']> {
  const names = tools.map((tool) => tool.name)
  if (names.length === 0) return fc.constant(undefined)
  return fc.option(
    fc.oneof(
      fc.constantFrom('auto' as const, 'required' as const, 'none' as const),
      fc.constantFrom(...names).map((chosen) => ({ name: chosen })),
      ...(has('allowedTools') ? [fc.subarray(names, { minLength: 1 }).map((some) => ({ names: some }))] : []),
    ),
    { nil: undefined },
  )
}

function settingsBy(has: Has): fc.Arbitrary<Partial<Script>> {
  const percent = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most }).map((n) => n / 100)
  const schema = fc
    .record({
      open: has('openAnswers') ? fc.boolean() : fc.constant(false),
      openText: openSchema,
      closedText: closedSchema,
      name: when(has('namedSchema'), name),
      description: when(has('namedSchema'), words),
    })
    .map(({ open, openText, closedText, ...rest }) =>
      withoutAbsent({ schema: open ? openText : closedText, strict: !open, ...rest }),
    )
  const outputs = [...(has('json') ? [fc.constant('json' as const)] : []), ...(has('schema') ? [schema] : [])]
  const tiers: Script['tier'][] = [
    ...(has('defaultTier') ? ['default' as const] : []),
    ...(has('autoTier') ? ['auto' as const] : []),
    ...(has('flexTier') ? ['flex' as const, 'priority' as const] : []),
  ]
  const efforts = has('everyEffort') ? ['low', 'medium', 'high', 'xhigh', 'max'] : ['low', 'high']
  return fc
    .record({
      stops: when(has('stops'), fc.array(words, { minLength: 1, maxLength: 4 })),
      temperature: when(has('temperature'), percent(has('hotTemperature') ? 200 : 100)),
      topP: when(has('topP'), percent(100)),
      topK: when(has('topK'), fc.integer({ min: 1, max: 99 })),
      presence: when(has('penalties'), percent(200)),
      frequency: when(has('penalties'), percent(200)),
      seed: when(has('seed'), fc.nat()),
      candidates: when(has('candidates'), fc.integer({ min: 2, max: 4 })),
      logprobs: when(has('logprobs'), fc.integer({ min: 1, max: 5 })),
      output: outputs.length === 0 ? fc.constant(undefined) : when(true, fc.oneof(...outputs)),
      effort: when(has('effort'), fc.constantFrom(...efforts)),
      shown: when(has('shownReasoning'), fc.constant(true as const)),
      verbosity: when(has('verbosity'), fc.constantFrom('low', 'medium', 'high')),
      tier: tiers.length === 0 ? fc.constant(undefined) : when(true, fc.constantFrom(...tiers)),
      user: when(has('user'), name),
      metadata: when(has('metadata'), fc.dictionary(key, words, { minKeys: 1, maxKeys: 2 })),
      store: has('store') ? fc.boolean() : fc.constant(undefined),
      stream: when(has('stream'), fc.constant(true as const)),
      cacheKey: when(has('cacheKey'), name),
    })
    .map(withoutAbsent)
}

/** A conversation that both dialects of a pair can tell. */
export function scriptsOf(has: Has, reasoning: boolean): fc.Arbitrary<Script> {
  return fc
    .record({
      instructions: has('instructions') ? fc.array(words, { maxLength: 3 }) : fc.constant<string[]>([]),
      steps: stepsBy(has),
      tools: toolsBy(has),
      limit: fc.integer({ min: 16, max: 4000 }),
      settings: settingsBy(has),
    })
    .chain(({ settings, ...rest }) =>
      fc
        .record({ choice: choiceBy(has, rest.tools), parallel: parallelBy(has, rest.tools) })
        .map(({ choice, parallel }) =>
          fitting(
            { reasoning, ...rest, ...settings, ...(choice && { choice }), ...(parallel !== undefined && { parallel }) },
            has,
          ),
        ),
    )
}

function parallelBy(has: Has, tools: readonly Tool[]): fc.Arbitrary<boolean | undefined> {
  if (tools.length === 0 || !has('oneAtATime')) return fc.constant(undefined)
  return fc.constantFrom(undefined, false, ...(has('severalAtATime') ? [true] : []))
}

/** What does not go together in one of the dialects, whatever the other is. */
function fitting(script: Script, has: Has): Script {
  const { choice, parallel, output, effort, shown, ...rest } = script
  // Anthropic refuses a history of calls without tools.
  const called = script.steps.some((step) => step.by === 'assistant' && step.parts.some((part) => part.is === 'call'))
  const strict = has('strictTools') && { strict: false }
  const declared = { name: 'look', schema: '{"type":"object","properties":{"at":{}}}', ...strict }
  const tools = called && script.tools.length === 0 ? [declared] : script.tools
  // Anthropic says "one call at a time" as part of a choice, so there must be one, and not that of no tool.
  const alone = parallel === false && !has('severalAtATime')
  const chosen = alone ? (choice === undefined || choice === 'none' ? 'auto' : choice) : choice
  const forced = chosen !== undefined && chosen !== 'auto' && chosen !== 'none'
  return {
    ...rest,
    tools,
    ...(chosen !== undefined && { choice: chosen }),
    ...(parallel !== undefined && { parallel }),
    ...(output !== undefined && (tools.length === 0 || has('formatBesideTools')) && { output }),
    // Thinking does not go with a forced call at Anthropic.
    ...(effort !== undefined && !forced && { effort, ...(shown && { shown }) }),
  }
}
