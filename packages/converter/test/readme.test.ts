import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import * as anthropic from '../src/anthropic.ts'
import * as converter from '../src/index.ts'
import * as openaiChat from '../src/openai-chat.ts'
import * as pair from '../src/pair.ts'
import * as seals from '../src/seals.ts'
import { corpus } from './corpus.ts'

/** The samples of the README, run: what they print must be what their comments say. */

interface Sample {
  readonly title: string
  readonly code: string
}

function samplesOf(markdown: string): Sample[] {
  return markdown.split(/^#{2,3} /m).flatMap((section) => {
    const title = section.slice(0, section.indexOf('\n'))
    return [...section.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => ({ title, code }))
  })
}

/** What a sample's comments say it prints. */
function promised(code: string): string[] {
  return [...code.matchAll(/^\s*console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text = '']) => text)
}

/** A sample as the body of a function: its imports become parameters. */
function runnable(code: string): { readonly names: string[]; readonly body: string } {
  const names = [...code.matchAll(/^import \{ (.*?) \} from '@llm-gateway\/converter(?:\/[a-z-]+)?'$/gm)].flatMap(
    ([, list = '']) => list.split(', '),
  )
  return { names, body: code.replaceAll(/^import .*$/gm, '') }
}

/** Anthropic, as far as the samples need it. */
function answer(_url: string, { body }: { readonly body: string }): Promise<Response> {
  if (!body.includes('"stream":true')) {
    const content = [{ type: 'text', text: 'Hi there.' }]
    return Promise.resolve(
      Response.json({ content, stop_reason: 'end_turn', usage: { input_tokens: 1, output_tokens: 2 } }),
    )
  }
  const stream = corpus.find(({ dialect, name }) => dialect === 'anthropic' && name === 'text')?.stream
  return Promise.resolve(new Response(stream === undefined ? null : new Uint8Array(stream)))
}

type AsyncFunction = (...parameters: unknown[]) => Promise<void>
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...source: string[]) => AsyncFunction

const exported = new Map<string, unknown>(
  [converter, pair, seals, anthropic, openaiChat].flatMap((module) => Object.entries(module)),
)
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const samples = samplesOf(readme)

describe('the README', () => {
  it('has samples that promise something', () => {
    expect(samples.length).toBeGreaterThanOrEqual(7)
    for (const { code, title } of samples) expect(promised(code), title).not.toEqual([])
  })

  it.each(samples)('$title', async ({ code }) => {
    const { names, body } = runnable(code)
    const printed: string[] = []
    const log = (...values: unknown[]): void => {
      printed.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '))
    }
    const imported = names.map((name) => exported.get(name))
    expect(imported).not.toContain(undefined)
    await new AsyncFunction('console', 'fetch', ...names, body)({ log }, answer, ...imported)
    expect(printed).toEqual(promised(code))
  })
})
