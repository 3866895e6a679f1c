import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { loadConfig, renderIssues } from '@llm-gateway/config'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { otherPages, pages, readPage, root, type Sample, samplesOf } from './samples.ts'
import { TerminalSession } from './terminal-session.ts'

const samples = pages.flatMap((page) => samplesOf(page))
const shell = samples.filter(({ language }) => ['bash', 'sh', 'shell', 'console'].includes(language))

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

describe('the commands of each page work, in its order, from an empty home', () => {
  const toRun = Map.groupBy(
    shell.filter(({ notRun }) => notRun === undefined),
    ({ page }) => page,
  )

  test('there are pages with commands', () => {
    expect(toRun.size).toBeGreaterThan(6)
  })

  test.for([...toRun])('%s', async ([page, blocks]) => {
    await using session = await TerminalSession.open(simulator)
    const file = samplesOf(page).find(({ isFile }) => isFile)
    if (file) session.sandbox.config = file.text
    const ran = await session.run(blocks.map(({ text }) => text).join('\n'))
    expect(ran.code, `${page}\n${ran.stderr}`).toBe(0)
  })

  test('a command that fails is seen', async () => {
    await using session = await TerminalSession.open(simulator)
    expect(await session.run('llm-gateway apikey list\nllm-gateway apikey show nobody')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('failed: llm-gateway apikey show nobody'),
    })
    expect((await session.run('curl -s http://localhost:3847/v1/models')).code).toBe(22)
    expect((await session.run('ls no-such-file')).code).not.toBe(0)
  })
})

test('what is not run is marked with why', () => {
  const marked = samples.filter(({ notRun }) => notRun !== undefined)
  expect(marked.map(({ page, text, notRun }) => `${page}: ${text.split('\n')[0]} (${notRun})`)).toMatchInlineSnapshot(
    `
    [
      "README.md: git clone https://github.com/iBreaker/llm-gateway.git && cd llm-gateway (fetches this repository; what npm start runs is tried by apps/gateway-server/test/built.test.ts)",
      "README.md: docker build -t llm-gateway . (needs Docker; deploy/docker/entrypoint.test.ts tries the entry point)",
      "README.zh-CN.md: git clone https://github.com/iBreaker/llm-gateway.git && cd llm-gateway (fetches this repository; what npm start runs is tried by apps/gateway-server/test/built.test.ts)",
      "README.zh-CN.md: docker build -t llm-gateway . (needs Docker; deploy/docker/entrypoint.test.ts tries the entry point)",
      "deploy/README.md: docker build -t llm-gateway . (needs Docker; deploy/*.test.ts tries the entry point)",
      "deploy/README.md: docker exec CONTAINER llm-gateway upstream add --type=api-key --provider=anthropic --name=main --key=sk-ant-xxxxx (needs Docker)",
      "deploy/README.md: docker compose -f deploy/compose.yaml up -d (needs Docker)",
      "deploy/README.md: npm install -g @llm-gateway/cli (needs root and systemd)",
      "docs/clients.md: export ANTHROPIC_BASE_URL=http://localhost:3847      # without /v1 (starts Claude Code; apps/gateway-server/test/claude-code.test.ts sends what it sends)",
      "docs/clients.md: export GATEWAY_KEY=KEY (starts Codex)",
      "docs/clients.md: export GOOGLE_GEMINI_BASE_URL=http://localhost:3847 (starts Gemini CLI)",
      "docs/library.md: npm install @llm-gateway/converter (installs from npm)",
      "docs/oauth.md: llm-gateway oauth start corp             # prints the address (a person logs in between the two; apps/gateway-cli/test/oauth.test.ts does both)",
      "docs/oauth.md: oauth_profiles: (the values are the reader's own)",
      "docs/oauth.md: llm-gateway upstream add --type=oauth --provider=anthropic --name=claude-code (the profile above has none of the reader's values; apps/gateway-cli/test/oauth.test.ts does it with those of the simulator)",
      "docs/oauth.md: export ANTHROPIC_BASE_URL=http://127.0.0.1:3847 (starts Claude Code; apps/gateway-server/test/audience.test.ts sends what it sends)",
    ]
  `,
  )
})

describe('the configuration of each page is valid', () => {
  const yaml = samples.filter(({ language, notRun }) => language === 'yaml' && notRun === undefined)

  test('there are pages with configuration', () => {
    expect(new Set(yaml.map(({ page }) => page)).size).toBeGreaterThan(6)
  })

  test.for(yaml.map((sample): [string, Sample] => [`${sample.page}:${sample.line}`, sample]))(
    '%s',
    ([, { page, text }]) => {
      const result = loadConfig(text, { unsetVariables: 'keep' })
      expect(result.ok ? '' : renderIssues(result.issues, text, { file: page })).toBe('')
    },
  )
})

describe('every link within the repository leads somewhere', () => {
  test.for([...pages, ...otherPages].map((page) => [page]))('%s', ([page = '']) => {
    const broken = [...readPage(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].filter(
      ([, path = '', anchor]) => {
        const target = path === '' ? page : normalize(join(dirname(page), path))
        if (!existsSync(join(root, target))) return true
        return (
          anchor !== undefined &&
          target.endsWith('.md') &&
          !anchorsOf(readFileSync(join(root, target), 'utf8')).includes(anchor)
        )
      },
    )
    expect(broken.map(([link]) => link)).toEqual([])
  })
})

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#{1,6} (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
