import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anthropicMessages } from './clients/anthropic.ts'
import { googleGenai } from './clients/gemini.ts'
import { openaiChat } from './clients/openai-chat.ts'
import { openaiResponses } from './clients/openai-responses.ts'
import type { Answer, Client, Way } from './conversation.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { seals, sealsIn } from './seals.ts'
import { type Running, startUpstream, upstreams } from './upstreams.ts'

const clients: readonly Client[] = [openaiChat, openaiResponses, anthropicMessages, googleGenai]
const cases = clients.flatMap((client) => scenarios.map((scenario) => ({ client, scenario })))

describe.each(upstreams)('an upstream that speaks $dialect', (upstream) => {
  let running: Running
  beforeAll(async () => {
    running = await startUpstream(upstream)
  })
  afterAll(async () => {
    await running[Symbol.asyncDispose]()
  })

  /** Holds the conversation, with the upstream's own count held against what the client was told at every turn. */
  async function hold(client: Client, { settings, turns, check }: Scenario, way: Way): Promise<readonly Answer[]> {
    const { gateway, simulator } = running
    const conversation = client.open(gateway, { ...settings, model: upstream.model }, way)
    const answers: Answer[] = []
    const asked: string[] = []
    const sealed: (readonly string[])[] = []
    for (const turn of turns) {
      const answer = await conversation.ask(turn)
      const record = simulator.requests.at(-1)
      expect(record?.dialect).toBe(upstream.dialect)
      expect(answer.usage).toEqual({ input: record?.usage?.input, output: record?.usage?.output })
      expect(answer.model).toBe(upstream.model)
      answers.push(answer)
      asked.push(JSON.stringify(record?.body))
      if (settings.reasoning && seals(upstream.dialect)) sealed.push(sealsIn(record?.body, upstream.dialect))
    }
    // What the upstream sealed in its first answer comes back to it at every turn after, through whatever dialect.
    const [first, second, third] = sealed
    if (first) expect([first, second?.length, third]).toEqual([[], 1, expect.arrayContaining([...(second ?? [])])])
    check(answers, asked, simulator)
    return answers
  }

  test.each(cases)('$client.name: $scenario.name', async ({ client, scenario }) => {
    const whole = await hold(client, scenario, 'whole')
    const streamed = await hold(client, scenario, 'streamed')
    expect(streamed.map(comparable)).toEqual(whole.map(comparable))
  })
})

/** Ids are fresh for every answer; usage is checked at every turn, and depends on what pieces an SDK keeps of its history. */
function comparable({ calls, usage: _, ...answer }: Answer): object {
  return { ...answer, calls: calls.map(({ name, input }) => ({ name, input })) }
}
