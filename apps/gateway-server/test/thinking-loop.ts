import type { Turn } from '@llm-gateway/simulator'
import type { TestGateway } from './harness.ts'
import type { Answer, Client, Conversation, Way } from './matrix/conversation.ts'

/** A conversation of two calls and an answer in which the model thinks at each step. */

export const settings = { tools: { look: ['at'] }, reasoning: true } as const
export const go = { say: [{ text: 'Go.' }] }
export const results = { results: (name: string): string => `${name} is done` }
export const ways: readonly Way[] = ['whole', 'streamed']

/** Thinks and calls until it has two results, then thinks and speaks. */
export function loop({ toolResults, segments }: Turn): {
  reasoning: string
  text?: string
  toolCalls?: { name: string; input: { at: string } }[]
} {
  const step = segments.filter(({ text }) => text.includes('"role":"tool"')).length
  const reasoning = `Thought ${step}: so?`
  if (toolResults.length > 0 && step >= 2) return { reasoning, text: 'Done.' }
  return { reasoning, toolCalls: [{ name: 'look', input: { at: `${step}` } }] }
}

/** Holds it to its end, and gives what the client was answered. */
export async function hold(client: Client, model: string, way: Way, at: TestGateway): Promise<Answer[]> {
  const conversation = client.open(at, { ...settings, model }, way)
  const answers: Answer[] = []
  for (const turn of [go, results, results]) answers.push(await conversation.ask(turn))
  return answers
}

/** The conversation with a model that can be changed between two turns. */
export function openMoving(client: Client, first: string, at: TestGateway): Conversation & { model: string } {
  const moving = { ...settings, model: first }
  const conversation = client.open(at, moving, 'whole')
  return {
    ask: (turn) => conversation.ask(turn),
    get model() {
      return moving.model
    },
    set model(next) {
      moving.model = next
    },
  }
}
