import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convertRequest, type Dialect } from '../src/index.ts'
import { type Script, scriptsOf } from './laws/script.ts'
import { type Models, orderedPairs, sharedBy } from './laws/shared.ts'
import { spellRequest } from './laws/spell-requests.ts'
import { written } from './laws/written.ts'

/** Cases of each pair and kind of models; `CONVERTER_LAWS=2000` tries more. */
const runs = { numRuns: Number(process.env.CONVERTER_LAWS ?? 40), seed: 20_261_128 }

/** The models that take most, of those that sample and of those that reason. */
const models: Readonly<Record<Models, Readonly<Record<Dialect, string>>>> = {
  sampling: {
    anthropic: 'claude-sonnet-4-5',
    'openai-chat': 'gpt-4.1',
    'openai-completions': 'gpt-3.5-turbo-instruct',
    'openai-responses': 'gpt-4.1',
    gemini: 'gemini-2.5-pro',
  },
  reasoning: {
    anthropic: 'claude-opus-4-8',
    'openai-chat': 'gpt-5.6-sol',
    'openai-completions': 'gpt-3.5-turbo-instruct',
    'openai-responses': 'gpt-5.6-sol',
    gemini: 'gemini-3-pro',
  },
}

/** Seals have laws of their own (`laws-seals.test.ts`): here calls come without one, as from other providers. */
const unsealed = { capabilities: { sealedCalls: false } }

/** A body as text, with what is lost on the way. */
function turned(text: string, from: Dialect, to: Dialect, model: string): { text: string; losses: unknown } {
  const { body, losses } = convertRequest(text, { from, to, model, ...(to === 'gemini' && unsealed) })
  return { text: JSON.stringify(body), losses }
}

const tried = orderedPairs.flatMap((pair) =>
  // A legacy completion says nothing of reasoning.
  (['sampling', 'reasoning'] as const)
    .filter((kind) => kind === 'sampling' || ![pair.a, pair.b].includes('openai-completions'))
    .map((kind) => ({ ...pair, kind })),
)

describe('law: a request that both dialects can say is the same request there and back', () => {
  it.each(tried)('$a to $b and back, models that are $kind', ({ a, b, kind }) => {
    const has = sharedBy(a, b, kind)
    const [here, there] = [models[kind][a], models[kind][b]]
    const law = (script: Script): void => {
      const spelled = JSON.stringify(spellRequest[a](script, { other: b, has, model: here }))
      const away = turned(spelled, a, b, there)
      expect({ losses: away.losses }).toEqual({ losses: [] })
      const home = turned(away.text, b, a, here)
      expect({ losses: home.losses }).toEqual({ losses: [] })
      expect(written(home.text)).toEqual(written(spelled))
      // What the other dialect's own documentation would have one write.
      expect(written(away.text)).toEqual(
        written(JSON.stringify(spellRequest[b](script, { other: a, has, model: there }))),
      )
    }
    fc.assert(fc.property(scriptsOf(has, kind === 'reasoning'), law), runs)
  })
})
