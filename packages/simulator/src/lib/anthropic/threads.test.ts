import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../json.ts'
import { ThreadStore } from './threads.ts'

const create = {
  model: 'm',
  system: 's',
  tools: [],
  thread: { type: 'create' },
  messages: [{ role: 'user', content: 'a' }],
}

function next(id: string, more: JsonObject = {}): JsonObject {
  const thread = { type: 'continue', previous_message_id: id }
  return { model: 'm', thread, messages: [{ role: 'user', content: 'c' }], ...more }
}

function begun(): ThreadStore {
  const threads = new ThreadStore()
  threads.keep(create, threads.whole(create), { id: 'msg_1', content: [{ type: 'text', text: 'b' }] })
  return threads
}

const refusal = (code: string): unknown =>
  expect.objectContaining({
    reply: expect.objectContaining({
      body: expect.objectContaining({ error: expect.objectContaining({ details: { error_code: code } }) }),
    }),
  })

describe('ThreadStore', () => {
  it('puts what a thread keeps before what a turn says', () => {
    expect(begun().whole(next('msg_1'))).toMatchObject({
      system: 's',
      tools: [],
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
        { role: 'user', content: 'c' },
      ],
    })
  })

  it('keeps nothing of a request without a thread', () => {
    const threads = new ThreadStore()
    const { thread: _, ...request } = create
    threads.keep(request, threads.whole(request), { id: 'msg_1', content: [] })
    expect(() => threads.whole(next('msg_1'))).toThrow(refusal('thread_not_found'))
  })

  it('goes on from each reply once', () => {
    const threads = begun()
    const body = next('msg_1')
    threads.keep(body, threads.whole(body), { id: 'msg_2', content: [] })
    expect(() => threads.whole(next('msg_1'))).toThrow(refusal('thread_already_continued'))
    expect(threads.whole(next('msg_2'))).toMatchObject({ system: 's' })
  })

  it('takes no other system prompt or tools on the way', () => {
    expect(() => begun().whole(next('msg_1', { system: 'other' }))).toThrow(
      'system: cannot be set when a thread is continued',
    )
  })

  it('knows none after it was cleared', () => {
    const threads = begun()
    threads.clear()
    expect(() => threads.whole(next('msg_1'))).toThrow(refusal('thread_not_found'))
  })
})
