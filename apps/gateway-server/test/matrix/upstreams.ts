import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { anthropicAccount, googleAccount, openaiAccount, startGateway, type TestGateway } from '../harness.ts'

/** An upstream that speaks one dialect and no other, with a gateway in front of it. */
export interface Upstream {
  readonly dialect: string
  /** A model that thinks when it is asked to. */
  readonly model: string
}

export const upstreams: readonly Upstream[] = [
  { dialect: 'openai-chat', model: 'gpt-5.4' },
  { dialect: 'openai-responses', model: 'gpt-5.4' },
  { dialect: 'anthropic', model: 'claude-sonnet-5-5' },
  { dialect: 'gemini', model: 'gemini-3-pro-preview' },
]

export interface Running {
  readonly gateway: TestGateway
  readonly simulator: Simulator
  [Symbol.asyncDispose](): Promise<void>
}

export async function startUpstream({ dialect }: Upstream): Promise<Running> {
  const simulator = await startSimulator()
  const account =
    dialect === 'anthropic'
      ? anthropicAccount(simulator.url)
      : dialect === 'gemini'
        ? googleAccount(simulator.url)
        : openaiAccount(simulator.url, { dialects: [dialect] })
  const gateway = await startGateway({ accounts: [account] })
  return {
    gateway,
    simulator,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}
