import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import { expect, it } from 'vitest'
import { bundle } from './bundle.ts'

const sse = readFileSync(new URL('../../../fixtures/anthropic/text/stream.sse', import.meta.url), 'utf8')

/** What browsers and workers have besides the language; nothing of Node. */
const webGlobals = { TextDecoder, TextEncoder, TransformStream, atob, btoa, crypto }

/** Runs a program's bundle where only the web's globals are, and gives what its last expression is, as JSON. */
async function inWorker(program: string, expression: string): Promise<unknown> {
  const { code, imports } = await bundle(program, { format: 'iife' })
  expect(imports).toEqual([])
  const context = createContext({ ...webGlobals, sse })
  runInContext(code, context)
  return JSON.parse(String(runInContext(`JSON.stringify(${expression})`, context))) as unknown
}

const everything = "export * from '@llm-gateway/converter'"

it('the whole package runs without Node', async () => {
  expect(
    await inWorker(
      everything,
      `program.dialects.flatMap((from) => program.dialects.map((to) => {
        const stream = program.openStream({ from: 'anthropic', to: from })
        const text = stream.push(sse) + stream.end()
        const back = program.openStream({ from, to })
        return back.push(text) + back.end() !== '' && back.phase
      }))`,
    ),
  ).toEqual(Array.from({ length: 25 }, () => 'finished'))
})

it('one pair alone runs without Node', async () => {
  const program = `
    import { openaiChatClient } from '@llm-gateway/converter/openai-chat'
    import { pairOf } from '@llm-gateway/converter/pair'
    import { anthropicUpstream } from '@llm-gateway/converter/anthropic'
    export const pair = pairOf(openaiChatClient, anthropicUpstream)
  `
  const result = await inWorker(
    program,
    `(() => {
      const { body, losses } = program.pair.request('{"model":"gpt-4o","seed":7,"messages":[{"role":"user","content":"Hi"}]}', { model: 'claude-sonnet-4-5' })
      const stream = program.pair.stream()
      const out = stream.push(sse) + stream.end()
      const error = program.pair.error({ status: 529, body: 'busy' })
      return { model: body.model, lost: losses.some(({ path }) => path === 'seed'), done: out.endsWith('data: [DONE]\\n\\n'), error: error.status }
    })()`,
  )
  expect(result).toEqual({ model: 'claude-sonnet-4-5', lost: true, done: true, error: 529 })
})
