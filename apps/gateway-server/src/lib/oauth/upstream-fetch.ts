import { MAX_ANSWER_BYTES, type OAuthFetch } from '@llm-gateway/oauth'
import type { UpstreamCall, UpstreamClient } from '@llm-gateway/upstream'

/** The upstream client as a `fetch`: requests to authorisation servers go through the same proxies as the account's calls. */
export function upstreamFetch(client: UpstreamClient): OAuthFetch {
  return (url, { accountId, method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const { origin, pathname, search } = new URL(url)
      const call: UpstreamCall = {
        accountId,
        origin,
        path: pathname + search,
        headers: { ...headers, 'accept-encoding': 'identity' },
        body: body ?? '',
        method: method === 'GET' ? 'GET' : 'POST',
        stream: false,
      }
      const pieces: Buffer[] = []
      let size = 0
      let head: { status: number; headers: Headers } | undefined
      const answer = (): void => {
        if (head === undefined) reject(new Error('the answer has no head'))
        else resolve(new Response(bodyOf(head.status, pieces), head))
      }
      const exchange = client.send(call, {
        onHead: (status, received) => {
          head = { status, headers: headersOf(received) }
        },
        onData: (chunk) => {
          pieces.push(chunk)
          size += chunk.length
          // Who reads it refuses what is this long, in words that say so.
          if (size > MAX_ANSWER_BYTES) {
            answer()
            exchange.abort('the answer is too large')
          }
          return true
        },
        onEnd: () => answer(),
        onFailure: (failure) => reject(new Error(failure.message)),
      })
      const abort = (): void => {
        exchange.abort('given up')
        reject(new Error('the request was given up'))
      }
      if (signal?.aborted) abort()
      else signal?.addEventListener('abort', abort, { once: true })
    })
}

function headersOf(received: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(received)) {
    for (const one of [value ?? []].flat()) headers.append(name, one)
  }
  return headers
}

/** Answers without content must be made without one. */
function bodyOf(status: number, pieces: readonly Buffer[]): Buffer<ArrayBuffer> | null {
  return status === 204 || status === 205 || status === 304 ? null : Buffer.concat(pieces)
}
