import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import {
  anthropicAccount,
  googleAccount,
  openaiAccount,
  type Section,
  startGateway,
  type TestGateway,
} from './harness.ts'

/** A model for each dialect an upstream can speak; the one of {@link everyDialectAt} that serves it speaks no other. */
export const modelOf = {
  'openai-chat': 'gpt-4.1',
  'openai-responses': 'gpt-5.6-sol',
  anthropic: 'claude-sonnet-5-5',
  gemini: 'gemini-2.5-flash',
} as const

/**
 * Accounts at one address that speak every dialect between them: one of each maker, which its models' names lead to, and two
 * with one model each that speak only chat and only Responses, which OpenAI's own chooses between. The two are of another
 * provider: an account of the same one would stand in for them.
 */
export function everyDialectAt(url: string): readonly Section[] {
  const only = (dialect: 'openai-chat' | 'openai-responses'): Section => {
    const spoken = { provider: 'openai-compatible', dialects: [dialect], models: [modelOf[dialect]] }
    return openaiAccount(url, { id: `upstream_${dialect}`, name: dialect, ...spoken })
  }
  return [anthropicAccount(url), openaiAccount(url), googleAccount(url), only('openai-chat'), only('openai-responses')]
}

/** One simulated provider, and a gateway that speaks every dialect with it. */
export interface EveryDialect {
  readonly gateway: TestGateway
  readonly simulator: Simulator
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts both, the gateway with the accounts of {@link everyDialectAt} and these sections besides. */
export async function startEveryDialect(config: Section = {}): Promise<EveryDialect> {
  const simulator = await startSimulator()
  const gateway = await startGateway({ accounts: everyDialectAt(simulator.url), config })
  return {
    gateway,
    simulator,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}
