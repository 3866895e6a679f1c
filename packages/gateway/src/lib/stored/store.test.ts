import { describe, expect, it } from 'vitest'
import { Makers } from './makers.ts'
import { inputItems, ResponseStore, type StoredResponse } from './store.ts'

function stored(id: string, bytes = 10): StoredResponse {
  const items = [{ id: `item_${id}`, type: 'message' }]
  return { response: { id }, items, account: 'a', native: true, bytes }
}

function storeAt(limits: { maxEntries?: number; ttlMs?: number; maxBytes?: number } = {}): {
  store: ResponseStore
  clock: { at: number }
} {
  const clock = { at: 0 }
  const store = new ResponseStore(() => clock.at)
  store.configure({ maxEntries: 3, ttlMs: 100, maxBytes: 1000, ...limits })
  return { store, clock }
}

describe('ResponseStore', () => {
  it('gives a response and its items to the key it was made for, and to no other', () => {
    const { store } = storeAt()
    store.keep('k1', stored('r1'))
    expect(store.find('k1', 'r1')?.response).toEqual({ id: 'r1' })
    expect(store.item('k1', 'item_r1')).toEqual({ id: 'item_r1', type: 'message' })
    expect(store.find('k2', 'r1')).toBeUndefined()
    expect(store.item('k2', 'item_r1')).toBeUndefined()
    expect(store.delete('k2', 'r1')).toBe(false)
    expect(store.delete('k1', 'r1')).toBe(true)
    expect(store.find('k1', 'r1')).toBeUndefined()
    expect(store.bytes).toBe(0)
  })

  it('forgets the least lately used of a key, which another key does not push out', () => {
    const { store } = storeAt()
    store.keep('quiet', stored('q'))
    for (const id of ['r1', 'r2', 'r3']) store.keep('busy', stored(id))
    store.find('busy', 'r1')
    store.keep('busy', stored('r4'))
    expect(['r1', 'r2', 'r3', 'r4'].map((id) => store.find('busy', id) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ])
    expect(store.find('quiet', 'q')).toBeDefined()
  })

  it('forgets what was not used for a while', () => {
    const { store, clock } = storeAt()
    store.keep('k', stored('r1'))
    clock.at = 99
    expect(store.find('k', 'r1')).toBeDefined()
    clock.at = 198
    expect(store.find('k', 'r1')).toBeDefined()
    clock.at = 298
    expect(store.item('k', 'item_r1')).toBeUndefined()
    expect(store.find('k', 'r1')).toBeUndefined()
    expect(store.bytes).toBe(0)
  })

  it('holds no more bytes than it may, at the cost of the key that has the most', () => {
    const { store } = storeAt({ maxBytes: 100 })
    store.keep('small', stored('s', 20))
    store.keep('large', stored('l1', 40))
    store.keep('large', stored('l2', 60))
    expect(store.bytes).toBe(80)
    expect(store.find('small', 's')).toBeDefined()
    expect(store.find('large', 'l1')).toBeUndefined()
    store.keep('huge', stored('h', 5_000))
    expect(store.find('huge', 'h')).toBeUndefined()
    expect(store.bytes).toBeLessThanOrEqual(100)
  })

  it('counts a response that is kept twice once', () => {
    const { store } = storeAt()
    store.keep('k', stored('r1', 10))
    store.keep('k', stored('r1', 30))
    expect(store.bytes).toBe(30)
  })

  it('obeys new limits at once, and forgets all when it is turned off', () => {
    const { store } = storeAt()
    for (const id of ['r1', 'r2', 'r3']) store.keep('k', stored(id))
    store.configure({ maxEntries: 1, ttlMs: 100, maxBytes: 1000 })
    expect(store.find('k', 'r2')).toBeUndefined()
    expect(store.find('k', 'r3')).toBeDefined()
    store.configure(undefined)
    expect(store.on).toBe(false)
    store.keep('k', stored('r4'))
    store.configure({ maxEntries: 1, ttlMs: 100, maxBytes: 1000 })
    expect(store.find('k', 'r3')).toBeUndefined()
    expect(store.find('k', 'r4')).toBeUndefined()
  })
})

describe('Makers', () => {
  it('forget what was made longest ago', () => {
    const makers = new Makers(2)
    for (const name of ['a', 'b', 'a', 'c']) makers.note(name, { account: name, key: 'k' })
    expect(makers.find('b')).toBeUndefined()
    expect(makers.find('a')).toEqual({ account: 'a', key: 'k' })
    const long = 'x'.repeat(100_000)
    makers.note(long, { account: 'a', key: 'k' })
    expect(makers.find(long)).toBeUndefined()
  })
})

describe('inputItems', () => {
  it('reads a text as one message, and nothing as none', () => {
    expect(inputItems('hi')).toEqual([{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }])
    expect(inputItems([{ role: 'user', content: 'x' }, 7])).toEqual([{ role: 'user', content: 'x' }])
    expect(inputItems(undefined)).toEqual([])
  })
})
