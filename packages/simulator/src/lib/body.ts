import type { IncomingMessage } from 'node:http'
import type { RequestRecord } from './record.ts'

/** Bodies beyond this are refused with 413, as Anthropic does. */
const MAX_BODY_BYTES = 32 * 1024 * 1024

/** The body of a request, read to its end and counted in the record; `left` when the client went away before. */
export async function readBody(
  request: IncomingMessage,
  record: RequestRecord,
): Promise<Buffer | 'too large' | 'left'> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
      record.bodyBytes += bytes.length
      if (record.bodyBytes <= MAX_BODY_BYTES) chunks.push(bytes)
    }
  } catch {
    return 'left'
  }
  return record.bodyBytes > MAX_BODY_BYTES ? 'too large' : Buffer.concat(chunks)
}
