import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '@llm-gateway/config'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { blocks, commandLines, documentYaml, promises, Reader } from './document-kit.ts'
import { type Cover, covers } from './document-lines.ts'
import { readPage, root } from './samples.ts'

// The walk is one story: each test goes on from the one before it, and each command is a process of its own.
vi.setConfig({ testTimeout: 60_000 })

let reader: Reader
let simulator: Simulator
let url = ''
let key = ''
const ids = { main: '', oauth: '' }

beforeAll(async () => {
  reader = new Reader()
  simulator = await startSimulator()
})

afterAll(async () => {
  await reader.leave()
  await simulator.close()
})

/** Tests call no provider: the accounts of the document are led to the simulator. */
function leadToSimulator(): void {
  const anthropic = /^( +)provider: "?anthropic"?\n(?! +base_url)/gm
  reader.config = reader.config.replaceAll(anthropic, `$&$1base_url: "${simulator.url}"\n`)
}

function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${key}` },
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  })
}

/** Where the page to log in at leads a browser whose user says yes. */
async function landing(address: string): Promise<URL> {
  const page = await fetch(address, { redirect: 'manual' })
  return new URL(page.headers.get('location') ?? '')
}

test('the first command writes ~/.llm-gateway/config.yaml', async () => {
  const ran = await reader.type('server status')
  expect(ran.stderr).toContain('Created')
  expect(statSync(reader.file).mode & 0o777).toBe(0o600)
  expect(reader.config).toContain('port: 3847')
  // The document's port may be taken on this machine; and its identity provider is simulated.
  const { identity } = simulator
  const profile = {
    client_id: 'client-1',
    authorize_url: identity.authorizeUrl,
    token_url: identity.tokenUrl,
    redirect_uri: identity.codePageUrl,
  }
  reader.config = `${reader.config.replace('port: 3847', 'port: 0')}\noauth_profiles:\n  claude-code: ${JSON.stringify(profile)}\n`
})

test('an Anthropic account with an API key is added, its key encrypted', async () => {
  const ran = await reader.type('upstream add --type=api-key --provider=anthropic --name="生产账号"')
  expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(/^upstream_[0-9a-f]{16}\n$/)])
  ids.main = ran.stdout.trim()
  expect(reader.config).toContain('enc:v1:')
  expect(reader.config).not.toContain('sk-ant-xxxxx')
})

test('an OAuth account is added, and its login goes on at the terminal until the code is pasted', async ({ skip }) => {
  const pasted = async (shown: string): Promise<string | undefined> => {
    if (!/code#state.*: $/s.test(shown)) return undefined
    const address = /https?:\/\/\S+\/oauth\/authorize\S+/.exec(shown)?.[0] ?? ''
    const { searchParams } = await landing(address)
    return `${searchParams.get('code')}#${searchParams.get('state')}\r`
  }
  const atTerminal = await reader.typeAtTerminal('upstream add --type=oauth', pasted)
  if (atTerminal === undefined) {
    // Without a terminal the account is added all the same, and the rest of the walk needs it.
    const ran = await reader.type('upstream add --type=oauth')
    ids.oauth = ran.stdout.trim()
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining(`llm-gateway oauth start ${ids.oauth}`)])
    leadToSimulator()
    return skip('neither python3 nor script(1) is here to open a terminal with: the interactive login was NOT tried')
  }
  const { code, shown } = atTerminal
  ids.oauth = /^upstream_[0-9a-f]{16}$/m.exec(shown)?.[0] ?? ''
  expect([code, shown]).toEqual([0, expect.stringContaining(`"claude-code" (${ids.oauth}) is logged in.`)])
  expect(shown).not.toMatch(/sim-(?:code|at|rt)-/)
  const status = await reader.run('oauth', 'status', ids.oauth)
  expect([status.code, status.stdout]).toEqual([0, expect.stringMatching(/authorized/)])
  expect(simulator.identity.counters).toMatchObject({ logins: 1 })
  // Its token is for Anthropic's address, so the walk logs in once more for the simulator's.
  leadToSimulator()
})

test('a gateway key is made and shown once', async () => {
  const ran = await reader.type('apikey add --name="团队API"')
  key = ran.stdout.trim()
  expect([ran.code, key]).toEqual([0, expect.stringMatching(/^llmgw_[0-9A-Za-z]{49}$/)])
  expect(ran.stderr).toContain('shown this once')
  expect(reader.config).not.toContain(key)
})

test('the server starts in the foreground and says where it listens', async () => {
  const line = await reader.start('server start')
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? ''
  expect(line).toBe(`LLM Gateway listens at ${url}`)
})

test('the request of the document is answered by the Anthropic account in OpenAI’s words', async () => {
  const curl = blocks.find(({ text }) => text.startsWith('curl'))?.text ?? ''
  const body = /-d '(.*)'$/s.exec(curl)?.[1] ?? ''
  const response = await post('/v1/chat/completions', body)
  expect(response.status).toBe(200)
  expect(response.headers.get('x-llm-gateway-upstream')).toBe(ids.main)
  expect(await response.json()).toMatchObject({
    object: 'chat.completion',
    model: 'claude-3-sonnet-20240229',
    choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: expect.stringContaining('你好！') } }],
  })
  const streamed = await post('/v1/chat/completions', body.replace('{', '{"stream": true,'))
  expect(await streamed.text()).toMatch(/"finish_reason":"stop".*data: \[DONE\]\s*$/s)
})

test('server start says that a server runs, and server status what it does', async () => {
  const again = await reader.type('server start')
  expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('already runs')])
  const status = await reader.type('server status')
  expect([status.code, status.stdout]).toEqual([0, expect.stringContaining(url)])
})

test('gateway keys are listed, shown, removed and disabled', async () => {
  const second = (await reader.type('apikey add --name="团队A"')).stdout.trim()
  const models = async (): Promise<number> =>
    (await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${second}` } })).status
  expect(await models()).toBe(200)
  const list = await reader.type('apikey list')
  expect(list.stdout).toMatch(/团队API[\s\S]*团队A/)
  expect(list.stdout).not.toContain(second)
  expect((await reader.type('apikey show', '团队A')).stdout).toMatch(/read, ?write/)
  // In the document's order the key is gone before it is disabled: the first one is, and is enabled again.
  expect((await reader.type('apikey remove', '团队A')).code).toBe(0)
  expect(await models()).toBe(401)
  expect((await reader.type('apikey disable', '团队API')).code).toBe(0)
  expect((await post('/v1/chat/completions', {})).status).toBe(401)
  expect((await reader.run('apikey', 'enable', '团队API')).code).toBe(0)
})

test('upstream accounts are listed, shown, removed, disabled and enabled', async () => {
  const second = (await reader.type('upstream add --type=api-key')).stdout.trim()
  const third = (
    await reader.run('upstream', 'add', '--type=oauth', '--provider=anthropic', '--name=claude-code-2')
  ).stdout.trim()
  // The document adds the same name twice, in two places; the second time it is taken.
  const twice = commandLines.filter((line) => line.includes('--type=oauth'))
  expect(new Set(twice).size).toBe(1)
  const list = await reader.type('upstream list')
  for (const id of [ids.main, ids.oauth, second, third]) expect(list.stdout).toContain(id)
  const shown = await reader.type('upstream show', second)
  expect(shown.stdout).toContain('生产环境')
  expect(shown.stdout).not.toContain('sk-ant-xxx')
  expect((await reader.type('upstream remove', second)).code).toBe(0)
  expect((await reader.run('upstream', 'show', second)).code).toBe(3)
  expect((await reader.run('upstream', 'remove', third)).code).toBe(0)
  const enabled = await reader.type('upstream enable', ids.main)
  expect(enabled.code).toBe(0)
  expect((await reader.type('upstream disable', ids.main)).code).toBe(0)
  expect(
    (
      await post('/v1/messages', {
        model: 'claude-sonnet-4-5',
        max_tokens: 9,
        messages: [{ role: 'user', content: 'x' }],
      })
    ).ok,
  ).toBe(false)
  expect((await reader.run('upstream', 'enable', ids.main)).code).toBe(0)
})

test('an OAuth account logs in, is told of, and is refreshed', async () => {
  const started = await reader.type('oauth start', ids.oauth)
  const address = /https?:\/\/\S+\/oauth\/authorize\S+/.exec(started.stdout)?.[0] ?? ''
  const before = { ...simulator.identity.counters }
  const { searchParams } = await landing(address)
  const done = await reader.run(
    'oauth',
    'callback',
    '--code',
    `${searchParams.get('code')}#${searchParams.get('state')}`,
  )
  expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('is logged in')])
  const status = await reader.type('oauth status', ids.oauth)
  expect([status.code, status.stdout]).toEqual([0, expect.stringMatching(/authorized/)])
  expect((await reader.type('oauth refresh', ids.oauth)).code).toBe(0)
  expect(simulator.identity.counters).toMatchObject({ logins: before.logins + 1, refreshes: before.refreshes + 1 })
})

test('status and health tell how everything is', async () => {
  const status = await reader.type('status')
  expect([status.code, status.stdout]).toEqual([0, expect.stringMatching(/生产账号[\s\S]*claude-code/)])
  const health = await reader.type('health')
  expect([health.code, health.stdout]).toEqual([0, expect.stringContaining('healthy')])
})

test('env lists, sets, shows and unsets the proxies', async () => {
  expect((await reader.type('env list')).stdout).toContain('no_proxy')
  expect((await reader.type('env set')).code).toBe(0)
  expect((await reader.type('env show')).stdout).toContain('http://proxy:8080')
  expect((await reader.type('env unset')).code).toBe(0)
  expect((await reader.run('env', 'show', '--name=http_proxy')).stdout).not.toContain('http://proxy:8080')
})

test('every endpoint of the document answers', async () => {
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'healthy' })
  const messages = [{ role: 'user', content: 'Hello' }]
  const model = 'claude-sonnet-4-5'
  const answers = await Promise.all([
    post('/v1/chat/completions', { model, messages, max_tokens: 50 }),
    post('/v1/completions', { model, prompt: 'Hello', max_tokens: 50 }),
    post('/v1/messages', { model, messages, max_tokens: 50 }),
  ])
  expect(await Promise.all(answers.map((answer) => answer.json()))).toMatchObject([
    { object: 'chat.completion', choices: [{ message: { content: expect.stringContaining('Hello') } }] },
    { object: 'text_completion', choices: [{ text: expect.stringContaining('Hello') }] },
    { type: 'message', content: [{ type: 'text', text: expect.stringContaining('Hello') }] },
  ])
})

test('both formats are detected, whatever the path says', async () => {
  const anthropic = {
    model: 'claude-sonnet-4-5',
    max_tokens: 50,
    system: [{ type: 'text', text: 'Be brief.' }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  }
  const openai = {
    model: 'claude-sonnet-4-5',
    max_completion_tokens: 50,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
    ],
  }
  expect(await (await post('/v1/chat/completions', anthropic)).json()).toMatchObject({ type: 'message' })
  expect(await (await post('/v1/messages', openai)).json()).toMatchObject({ object: 'chat.completion' })
})

test('every request needs a gateway key', async () => {
  for (const path of ['/v1/chat/completions', '/v1/completions', '/v1/messages']) {
    expect((await post(path, {}, {})).status).toBe(401)
    expect((await post(path, {}, { authorization: 'Bearer your-gateway-api-key' })).status).toBe(401)
  }
  expect(await reader.stop()).toBe(0)
})

test('the YAML of the document loads as it is, with every value it sets', async () => {
  const other = new Reader()
  try {
    other.config = documentYaml
    expect(await other.run('config', 'validate')).toMatchObject({ code: 0 })
    // What each value comes to: packages/config/src/lib/load.test.ts, "what the user document shows".
    const loaded = loadConfig(documentYaml)
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues))
    const { server, timeouts, logging, environment, keys, accounts } = loaded.config
    expect([server.host, keys.length, accounts.length]).toEqual(['0.0.0.0', 1, 1])
    expect(JSON.parse((await other.run('config', 'show', '--json')).stdout)).toMatchObject({
      server,
      timeouts,
      logging,
      environment,
      keys: keys.map(({ keyHash: _hash, ...shown }) => shown),
      accounts: accounts.map(({ apiKey: _key, ...shown }) => shown),
    })
  } finally {
    await other.leave()
  }
})

test('every command of the document was typed as it stands there', () => {
  expect(commandLines.filter((line) => !reader.typed.has(line))).toEqual([])
  expect(commandLines.length).toBeGreaterThan(25)
})

/** The entry that stands for a promise of the document. */
function coverOf(promise: string): readonly [string, Cover] | undefined {
  return Object.entries(covers).find(([start]) => promise.startsWith(start))
}

test('every other line of the document is accounted for, and nothing that is not in it', () => {
  const found = promises().map((promise) => ({ promise, cover: coverOf(promise) }))
  expect(found.filter(({ cover }) => cover === undefined).map(({ promise }) => promise)).toEqual([])
  const used = new Set(found.map(({ cover }) => cover?.[0]))
  expect(Object.keys(covers).filter((start) => !used.has(start))).toEqual([])
})

test('each row of its lists names what proves it, and what is named is there', () => {
  const self = readFileSync(fileURLToPath(import.meta.url), 'utf8')
  for (const [start, { text, walked, proofs = [], instead, state }] of Object.entries(covers)) {
    expect(
      [text, walked, proofs[0], instead, state].some((each) => each !== undefined),
      start,
    ).toBe(true)
    if (walked !== undefined) expect(self, start).toContain(`test('${walked}'`)
    for (const proof of proofs) {
      const [file = '', words] = proof.split(' :: ')
      expect(existsSync(join(root, file)), proof).toBe(true)
      if (words !== undefined) expect(readFileSync(join(root, file), 'utf8'), proof).toContain(words)
    }
    if (/^(- \*\*|\d\. \*\*)/.test(start) && text === undefined)
      expect(walked !== undefined || proofs.length > 0, start).toBe(true)
  }
})

const stateWords = { done: ['done', '完成'], partly: ['partly', '部分完成'], open: ['open', '未开始'] } as const

test('the READMEs tell of every row of the roadmap as it stands', () => {
  const rows = promises().filter((line) => line.startsWith('- [ ] '))
  const states = rows.map((row) => [row.slice('- [ ] '.length), coverOf(row)?.[1].state] as const)
  const [english, chinese] = ['README.md', 'README.zh-CN.md'].map(roadmapOf)
  expect(states.length).toBeGreaterThan(7)
  expect(chinese?.map(([row]) => row)).toEqual(states.map(([row]) => row))
  for (const [index, [row, state]] of states.entries()) {
    if (state === undefined) throw new Error(`no state: ${row}`)
    expect(english?.[index]?.[1], row).toMatch(new RegExp(`^${stateWords[state][0]}`))
    expect(chinese?.[index]?.[1], row).toMatch(new RegExp(`^${stateWords[state][1]}`))
  }
})

/** The rows of a README's roadmap, the last table of two columns under its last heading but one. */
function roadmapOf(page: string): (readonly [row: string, state: string])[] {
  const section = readPage(page).split(/^## /m).at(-2) ?? ''
  return [...section.matchAll(/^\| (.*?) \| (.*) \|$/gm)].slice(1).map(([, row = '', state = '']) => [row, state])
}
