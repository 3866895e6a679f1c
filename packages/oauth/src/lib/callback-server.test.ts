import { request } from 'node:http'
import { connect } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type CallbackServer, startCallbackServer } from './callback-server.ts'

async function listening(options: Parameters<typeof startCallbackServer>[0] = {}): Promise<CallbackServer> {
  const server = await startCallbackServer(options)
  onTestFinished(() => server.close())
  return server
}

/** A request with a Host header of its own, as `fetch` does not allow. */
function ask(uri: string, query: string, more: { host?: string; method?: string } = {}): Promise<number> {
  const url = new URL(uri)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: url.hostname,
        port: url.port,
        path: url.pathname + query,
        method: more.method ?? 'GET',
        headers: { host: more.host ?? url.host },
      },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}

function opens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 })
    const tell = (open: boolean): void => {
      socket.destroy()
      resolve(open)
    }
    socket
      .on('connect', () => tell(true))
      .on('error', () => tell(false))
      .on('timeout', () => tell(false))
  })
}

test('takes the answer with the state it waits for, and is gone within a second', async () => {
  const server = await listening()
  const answer = server.answer('the-state')
  const response = await fetch(`${server.redirectUri}?code=the-code&state=the-state`)
  expect(response.status).toBe(200)
  expect(await response.text()).not.toContain('the-code')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  expect((await answer).get('code')).toBe('the-code')
  const { port } = new URL(server.redirectUri)
  await vi.waitFor(async () => expect(await opens('127.0.0.1', Number(port))).toBe(false), { timeout: 1_000 })
})

test('a second hit is turned away', async () => {
  const server = await listening()
  const answer = server.answer('s')
  const query = '?code=c&state=s'
  const hits = await Promise.allSettled([ask(server.redirectUri, query), ask(server.redirectUri, query)])
  const answered = hits.filter((hit) => hit.status === 'fulfilled' && hit.value === 200)
  expect(answered).toHaveLength(1)
  expect((await answer).get('code')).toBe('c')
  await expect(server.answer('s')).rejects.toThrow('login')
})

test.each<[string, string, Parameters<typeof ask>[2], number]>([
  ['a scan', '', {}, 400],
  ['no state', '?code=c', {}, 400],
  ['another state', '?code=c&state=x', {}, 400],
  ['another path', '/../x?code=c&state=s', {}, 404],
  ['another method', '?code=c&state=s', { method: 'POST' }, 405],
  ['a page that resolves its name to this machine', '?code=c&state=s', { host: 'evil.example' }, 421],
  ['another port in Host', '?code=c&state=s', { host: '127.0.0.1:1' }, 421],
])('%s gets nothing, and the waiting goes on', async (_what, query, more, status) => {
  const server = await listening()
  const answer = server.answer('s')
  expect(await ask(server.redirectUri, query, more)).toBe(status)
  expect(await ask(server.redirectUri, '?code=good&state=s')).toBe(200)
  expect((await answer).get('code')).toBe('good')
})

test('takes a host name of this machine as well', async () => {
  const server = await listening()
  const answer = server.answer('s')
  const { port } = new URL(server.redirectUri)
  expect(await ask(server.redirectUri, '?code=c&state=s', { host: `localhost:${port}` })).toBe(200)
  expect((await answer).get('code')).toBe('c')
})

test('listens on loopback only', async () => {
  const server = await listening()
  const { port, hostname } = new URL(server.redirectUri)
  expect(hostname).toBe('127.0.0.1')
  const { networkInterfaces } = await import('node:os')
  const others = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  for (const { address, internal, family } of others) {
    if (!internal && family === 'IPv4') expect(await opens(address, Number(port))).toBe(false)
  }
  await expect(startCallbackServer({ redirectUri: 'http://0.0.0.0:0/callback' })).rejects.toMatchObject({
    code: 'CALLBACK_FAILED',
  })
  await expect(startCallbackServer({ redirectUri: 'https://127.0.0.1/callback' })).rejects.toMatchObject({
    code: 'CALLBACK_FAILED',
  })
})

test('is gone after its time without an answer', async () => {
  const server = await listening({ timeoutMs: 30 })
  await expect(server.answer('s')).rejects.toMatchObject({ code: 'LOGIN_EXPIRED' })
  expect(await opens('127.0.0.1', Number(new URL(server.redirectUri).port))).toBe(false)
})

test('keeps path and port of the profile, and says when the port is taken', async () => {
  const first = await listening({ redirectUri: 'http://localhost/auth/done' })
  expect(first.redirectUri).toMatch(/^http:\/\/localhost:\d+\/auth\/done$/)
  await expect(startCallbackServer({ redirectUri: first.redirectUri })).rejects.toMatchObject({
    code: 'CALLBACK_FAILED',
    message: expect.stringContaining('is taken'),
  })
})

test('writes nothing anywhere', async () => {
  const written = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')]
  const server = await listening()
  const answer = server.answer('s')
  await ask(server.redirectUri, '?code=the-code&state=s')
  await answer
  for (const spy of written) {
    expect(spy.mock.calls.some(([text]) => String(text).includes('the-code'))).toBe(false)
    spy.mockRestore()
  }
})
