import { describe, expect, it } from 'vitest'
import { convertReply } from '../src/index.ts'
import { dialects } from '../src/lib/chat/dialect.ts'
import type { AssistantPart } from '../src/lib/chat/part.ts'
import type { ChatReply } from '../src/lib/chat/reply.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { LossReport } from '../src/lib/report.ts'
import { isWholeData } from '../src/lib/sse.ts'
import { type Case, everyCase, everyWholeCase, fixed } from './corpus.ts'
import {
  converted,
  cutsOf,
  exhaustive,
  framesOf,
  gathered,
  hasSign,
  optionsOf,
  targetsFor,
  tellsSuccess,
  wantsAll,
} from './streams.ts'

const pairs = everyCase.flatMap((each) => targetsFor(each, 2).map((to) => ({ each, to })))
const patience = exhaustive ? 120_000 : 10_000

/** How many bytes of a stream must have come for its answer to be complete: up to the end of the frame that tells the stop. */
function completeAt({ stream, dialect }: Case): number {
  const text = Buffer.from(stream).toString('latin1')
  let at = 0
  for (const line of text.split(/\r\n|\n|\r/)) {
    const start = text.indexOf(line, at)
    at = start + line.length
    if (line.startsWith('data:') && hasSign(line.slice(5), dialect)) return start + line.trimEnd().length
  }
  return Number.POSITIVE_INFINITY
}

describe('law: a stream cut short is never presented as finished', () => {
  it.each(pairs)('$each.dialect/$each.name to $to, cut off anywhere', { timeout: patience }, ({ each, to }) => {
    const { dialect, stream } = each
    const complete = completeAt(each)
    const wrong: string[] = []
    for (const end of cutsOf(each, to, 600)) {
      const { text, stream: after } = converted([stream.subarray(0, end)], optionsOf(dialect, to))
      const success = end >= complete
      const told = after.phase === 'finished' && after.error === undefined && tellsSuccess(text, to)
      const failed = after.phase === 'failed' && after.error !== undefined && !tellsSuccess(text, to)
      const half = !isWholeData(framesOf(text).at(-1) ?? '')
      if (half || (success ? !told : !failed)) wrong.push(`at byte ${end} of ${complete}: ${after.phase}\n${text}`)
    }
    expect(wrong.slice(0, 1)).toEqual([])
  })

  it('the corpus has streams that complete and streams that do not', () => {
    const complete = everyCase.filter((each) => completeAt(each) <= each.stream.length)
    expect(complete.map(({ name }) => name)).toEqual(everyWholeCase.map(({ name }) => name))
  })
})

/** What a reply and a stream of the same answer must agree in: everything but where the parts stood. */
function essence(reply: ChatReply | undefined): unknown {
  if (reply === undefined) return undefined
  const { id, model, created, stop, usage } = reply
  return { id, model, created, stop, usage, parts: reply.parts.map(bare) }
}

/** A part without its place; arguments as the value they are, because a whole reply of Anthropic's spells them anew. */
function bare({ at: _, ...part }: AssistantPart): unknown {
  // A stream tells of what only its own dialect understands that it is there, and what others have words for.
  if (part.type === 'opaque') return { kind: part.kind, search: part.search }
  if (!('inputKind' in part) || part.inputKind !== 'json') return part
  return { ...part, input: JSON.parse(part.input) as unknown }
}

describe('law: a stream tells what the whole reply tells', () => {
  const crossing = everyWholeCase.flatMap((each) =>
    dialects.filter((to) => to !== each.dialect).map((to) => ({ each, to })),
  )

  it.each(crossing)('$each.dialect/$each.name in $to', ({ each, to }) => {
    const { dialect, stream, reply } = each
    const { text } = converted([stream], optionsOf(dialect, to))
    const { body } = convertReply(reply, { from: dialect, to, request: wantsAll, ...fixed })
    const whole = codecOf(to).decodeReply(body, new LossReport())
    expect(essence(gathered(text, to))).toEqual(essence(whole))
  })
})
