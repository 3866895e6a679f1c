import { describe, expect, it } from 'vitest'
import { ConversionError, convertReply, type Dialect, type JsonObject, type Loss } from '../src/index.ts'
import { dialects } from '../src/lib/chat/dialect.ts'
import type { JsonValue } from '../src/lib/chat/json.ts'
import { fixed } from './corpus.ts'
import { type Place, probedReplies } from './reply-fields.ts'
import { membersOf, typesOf, wordsOf } from './sdk-replies.ts'
import { wantsAll } from './streams.ts'
import { isWithin, textOf } from './verdicts.ts'

type Path = readonly (string | number)[]

function withValue(reply: JsonObject, path: Path, value: JsonValue): JsonObject {
  const copy = structuredClone(reply)
  let holder: JsonValue = copy
  for (const step of path.slice(0, -1)) holder = stepInto(holder as JsonObject, step)
  ;(holder as JsonObject)[path.at(-1) ?? ''] = value
  return copy
}

function stepInto(holder: JsonObject, step: string | number): JsonValue {
  holder[step] ??= {}
  return holder[step]
}

function outcome(reply: JsonObject, from: Dialect, to: Dialect): { body: string; losses: readonly Loss[] } {
  try {
    const { body, losses } = convertReply(reply, { from, to, request: wantsAll, ...fixed })
    return { body: JSON.stringify(body), losses }
  } catch (cause) {
    if (!ConversionError.is(cause)) throw cause
    return { body: cause.message, losses: [] }
  }
}

/** Whether another value of a field makes a difference to a client, or is at least told of, it or the whole it is a part of. */
function matters(reply: JsonObject, path: Path, value: JsonValue, from: Dialect, to: Dialect): boolean {
  const before = outcome(reply, from, to)
  if (before.losses.some((loss) => loss.kind === 'dropped' && isWithin(textOf(path), loss.path))) return true
  const after = outcome(withValue(reply, path, value), from, to)
  return after.body !== before.body || JSON.stringify(after.losses) !== JSON.stringify(before.losses)
}

describe.each(probedReplies)(
  'law: nothing of an answer is lost in silence: $dialect',
  ({ dialect, reply, places, kinds }) => {
    const others = dialects.filter((to) => to !== dialect)
    const probes = places.flatMap((place) => Object.keys(place.fields).map((field) => ({ place, field })))

    it.each(probes)('$place.at $field', ({ place, field }) => {
      const [value, silent] = place.fields[field] ?? [null]
      const lost = others.filter((to) => !matters(reply, [...place.at, field], value, dialect, to))
      // What may be lost in silence must have a reason, and a reason must have something that is lost.
      expect(silent === undefined ? lost : lost.length > 0).toEqual(silent === undefined ? [] : true)
    })

    it.each(places)(
      'every field the SDK declares is probed, and no other: $interfaces',
      ({ interfaces, fields }: Place) => {
        const declared = new Set(interfaces.flatMap(([file, name]) => membersOf(file, name)))
        expect(Object.keys(fields).sort()).toEqual([...declared].sort())
      },
    )

    const types = [...new Set((kinds?.unions ?? []).flatMap(([file, name]) => typesOf(file, name)))]
    it.each(types)('%s of the SDK is read or told', (type) => {
      const list = (kinds?.at ?? []).reduce<JsonValue>((holder, step) => (holder as JsonObject)[step] ?? null, reply)
      const path = [...(kinds?.at ?? []), (list as JsonValue[]).length]
      const value = {
        type,
        text: 'x',
        thinking: 'x',
        data: 'x',
        id: 'i',
        call_id: 'c',
        name: 'n',
        input: {},
        summary: [],
      }
      const spoken = { ...value, content: [{ type: 'output_text', text: 'x' }], encrypted_content: 'x' }
      expect(others.filter((to) => !matters(reply, path, spoken, dialect, to))).toEqual([])
    })
  },
)

describe('why answers end', () => {
  const [chat, messages, , gemini] = probedReplies
  const legal: Readonly<Record<string, (body: JsonObject) => unknown>> = {
    'openai-chat': (body) => (body.choices as JsonObject[])[0]?.finish_reason,
    anthropic: (body) => body.stop_reason,
    gemini: (body) => (body.candidates as JsonObject[])[0]?.finishReason,
  }
  const words: Readonly<Record<string, readonly string[]>> = {
    'openai-chat': ['stop', 'length', 'tool_calls', 'content_filter', 'function_call'],
    anthropic: wordsOf('messages', 'StopReason'),
    gemini: wordsOf('genai', 'FinishReason'),
  }
  const said = [
    ...wordsOf('beta-messages', 'BetaStopReason').map((word) => ({ from: messages, path: ['stop_reason'], word })),
    ...wordsOf('genai', 'FinishReason').map((word) => ({
      from: gemini,
      path: ['candidates', 0, 'finishReason'] as Path,
      word,
    })),
    ...['stop', 'length', 'tool_calls', 'content_filter', 'function_call', 'eos', 'UNHEARD'].map((word) => ({
      from: chat,
      path: ['choices', 0, 'finish_reason'] as Path,
      word,
    })),
  ]

  it.each(said)('hazard 84: $from.dialect $word is told in a word the client knows', ({ from, path, word }) => {
    if (from === undefined) throw new Error('there is no such answer')
    for (const to of ['openai-chat', 'anthropic', 'gemini'] as const) {
      if (to === from.dialect) continue
      const { body } = JSON.parse(
        JSON.stringify(convertReply(withValue(from.reply, path, word), { from: from.dialect, to, ...fixed })),
      ) as { body: JsonObject }
      expect(words[to]).toContain(legal[to]?.(body))
    }
  })

  it('finds the words of the SDKs', () => {
    expect(words.anthropic).toContain('model_context_window_exceeded')
    expect(words.gemini).toContain('CONTINUATION')
    expect(wordsOf('beta-messages', 'BetaStopReason')).toContain('compaction')
  })
})
