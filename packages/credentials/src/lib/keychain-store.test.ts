import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scratch } from '../../../../test-kit/scratch.ts'
import { testStore } from '../../test/contract-kit.ts'
import type { KeychainStorePort } from './keychain-port.ts'
import { KeychainCredentialStore } from './keychain-store.ts'
import { Secret } from './secret.ts'

const ANY = { ifVersion: 'any' }

/** A keychain as the systems have them: it cannot list, takes its time, and that of Windows takes `A` and `a` for one name. */
class FakeKeychain implements KeychainStorePort {
  readonly kept = new Map<string, string>()
  failing: ((name: string, act: string) => boolean) | undefined

  async get(name: string): Promise<string | undefined> {
    await this.#turn(name, 'get')
    return this.kept.get(name.toLowerCase())
  }

  async set(name: string, text: string): Promise<void> {
    await this.#turn(name, 'set')
    this.kept.set(name.toLowerCase(), text)
  }

  async remove(name: string): Promise<void> {
    await this.#turn(name, 'remove')
    this.kept.delete(name.toLowerCase())
  }

  async #turn(name: string, act: string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    if (this.failing?.(name, act) === true) throw new Error('the keychain is locked')
  }
}

function opened(directory: string = join(scratch(), 'locks')): {
  store: KeychainCredentialStore
  keychain: FakeKeychain
} {
  const keychain = new FakeKeychain()
  return { keychain, store: new KeychainCredentialStore({ keychain, directory }) }
}

describe('the keychain store', () => {
  const places = new WeakMap<object, { keychain: FakeKeychain; directory: string }>()
  testStore({
    open: async () => {
      const directory = join(scratch(), 'locks')
      const { store, keychain } = opened(directory)
      places.set(store, { keychain, directory })
      return store
    },
    reopen: async (store) => {
      const place = places.get(store)
      if (place === undefined) throw new Error('not a store of this test')
      return new KeychainCredentialStore(place)
    },
  })

  it('keeps paths apart that differ in case alone', async () => {
    const { store } = opened()
    for (const path of ['oauth/a', 'oauth/A']) await store.write(path, new Secret(`of ${path}`), ANY)
    expect((await store.read('oauth/a'))?.secret.reveal()).toBe('of oauth/a')
    expect((await store.read('oauth/A'))?.secret.reveal()).toBe('of oauth/A')
    expect(await store.list()).toEqual(['oauth/A', 'oauth/a'])
  })

  it.each([
    ['write', 'records', 'set'],
    ['write', 'record/b', 'set'],
    ['remove', 'record/a', 'remove'],
    ['remove', 'records', 'set'],
  ] as const)('lists what is there after a %s that broke off at %s', async (act, name, step) => {
    const { store, keychain } = opened()
    await store.write('a', new Secret('s'), ANY)
    keychain.failing = (at, doing) => at === name && doing === step
    const attempt = act === 'write' ? store.write('b', new Secret('s'), ANY) : store.remove('a', ANY)
    await expect(attempt).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: 'the keychain is locked' })
    keychain.failing = undefined
    const there: string[] = []
    for (const path of ['a', 'b']) if ((await store.read(path)) !== undefined) there.push(path)
    expect(await store.list()).toEqual(there)
    expect((await store.write('b', new Secret('s'), ANY)).ok).toBe(true)
    expect(await store.list()).toContain('b')
  })

  it('says of an entry that others changed that it is damaged, and does not show it', async () => {
    const { store, keychain } = opened()
    await store.write('a', new Secret('s'), ANY)
    for (const text of ['canary', '"canary"', '{"version":1,"secret":"canary"}', 'null']) {
      keychain.kept.set('record/a', text)
      const message: unknown = expect.not.stringContaining('canary')
      await expect(store.read('a')).rejects.toMatchObject({ code: 'CORRUPT', message })
    }
    keychain.kept.set('records', '{}')
    await expect(store.list()).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  it('says which directory its locks cannot be made in', async () => {
    const { store } = opened('/dev/null/locks')
    await expect(store.write('a', new Secret('s'), ANY)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('/dev/null/locks'),
    })
  })
})
