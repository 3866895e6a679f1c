import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dialect, dialects } from '../src/lib/chat/dialect.ts'
import { bundle, gzipped } from './bundle.ts'

/** What a program pays at most for requests from one dialect to another, or for replies, streams and errors. Bytes after gzip. */
const budget = 17_900

/**
 * What both ways together cost at most. The aim is 20 000 for them too, which only a client of `openai-completions` reaches: nothing is
 * left in a pair that only some programs need, so that it does not grow is what is held.
 */
const budgetBothWays = 31_000

const names: Readonly<Record<Dialect, string>> = {
  anthropic: 'anthropic',
  gemini: 'gemini',
  'openai-chat': 'openaiChat',
  'openai-completions': 'openaiCompletions',
  'openai-responses': 'openaiResponses',
}

const pairs = dialects.flatMap((client) =>
  dialects.flatMap((upstream) => (client === upstream ? [] : [{ client, upstream }])),
)

function program(client: Dialect, upstream: Dialect, join: string, parts: readonly [string, string]): string {
  const [ofClient, ofUpstream] = [names[client] + parts[0], names[upstream] + parts[1]]
  return `
    import { ${join} } from '@llm-gateway/converter/pair'
    import { ${ofClient} } from '@llm-gateway/converter/${client}'
    import { ${ofUpstream} } from '@llm-gateway/converter/${upstream}'
    export const joined = ${join}(${join === 'repliesOf' ? `${ofUpstream}, ${ofClient}` : `${ofClient}, ${ofUpstream}`})
  `
}

describe('what a program pays for one pair of dialects', () => {
  it.each(pairs)('$client to $upstream', async ({ client, upstream }) => {
    const requests = await bundle(program(client, upstream, 'requestsOf', ['RequestReader', 'RequestWriter']))
    const replies = await bundle(program(client, upstream, 'repliesOf', ['ReplyWriter', 'ReplyReader']))
    expect(requests.imports.concat(replies.imports)).toEqual([])
    expect(gzipped(requests.code)).toBeLessThan(budget)
    expect(gzipped(replies.code)).toBeLessThan(budget)
  })

  it.each(pairs)('$client to $upstream, both ways', async ({ client, upstream }) => {
    const both = await bundle(program(client, upstream, 'pairOf', ['Client', 'Upstream']))
    expect(gzipped(both.code)).toBeLessThan(budgetBothWays)
  })

  it('one pair is less than half of everything', async () => {
    const both = await bundle(program('openai-chat', 'anthropic', 'pairOf', ['Client', 'Upstream']))
    const all = await bundle("export * from '@llm-gateway/converter'")
    expect(gzipped(both.code)).toBeLessThan(gzipped(all.code) / 2)
  })
})

describe('what a program pays for one thing of the built package that converts nothing', () => {
  let dist = ''
  beforeAll(async () => {
    dist = mkdtempSync(join(tmpdir(), 'llm-gateway-test-'))
    // Its entries are relative to where it runs.
    const tsup = join(dirname(fileURLToPath(import.meta.resolve('tsup'))), 'cli-default.js')
    const cwd = fileURLToPath(new URL('..', import.meta.url))
    await promisify(execFile)(process.execPath, [tsup, '--out-dir', dist], { cwd })
  }, 60_000)
  afterAll(() => rmSync(dist, { recursive: true, force: true }))

  it.each(['dialects', 'detectDialect', 'estimateInputTokens', 'spliceMember', 'FrameSplitter', 'ConversionError'])(
    '%s',
    async (name) => {
      const { code } = await bundle(`export { ${name} } from '@llm-gateway/converter'`, { dist })
      expect(gzipped(code)).toBeLessThan(3_000)
    },
  )
})
