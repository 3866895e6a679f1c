import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MAX_ANSWER_BYTES } from '@llm-gateway/oauth'
import { UpstreamClient } from '@llm-gateway/upstream'
import { expect, test } from 'vitest'
import { upstreamFetch } from './upstream-fetch.ts'

test('an answer without end is one that is too large, and its connection is closed', async () => {
  let closed = (): void => {}
  const over = new Promise<void>((resolve) => {
    closed = resolve
  })
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    }
    response.on('drain', more).on('close', closed)
    more()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new UpstreamClient()
  const ask = upstreamFetch(client)
  const { port } = server.address() as AddressInfo
  const init = { accountId: 'a', method: 'POST', headers: {}, body: 'x=1', redirect: 'manual' } as const
  const response = await ask(`http://127.0.0.1:${port}/token`, init)
  expect([response.status, (await response.arrayBuffer()).byteLength > MAX_ANSWER_BYTES]).toEqual([200, true])
  await over
  await client.close()
  await new Promise((resolve) => server.close(resolve))
})
