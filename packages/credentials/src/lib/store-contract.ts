import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict'
import { inspect } from 'node:util'
import { CredentialError, type CredentialErrorCode } from './error.ts'
import { Secret } from './secret.ts'
import type { CredentialStore, StoredSecret } from './store.ts'

/** How the contract gets stores to try. */
export interface ContractOptions {
  /** An empty store, a new one for each case. */
  readonly open: () => Promise<CredentialStore>
  /** A second store over the same records as the first, as another process would have; default: the same store. */
  readonly reopen?: (store: CredentialStore) => Promise<CredentialStore>
}

/** One thing every store does. */
export interface ContractCase {
  readonly name: string
  /** Rejects with an AssertionError when the store does not. */
  readonly run: () => Promise<void>
}

type Check = (store: CredentialStore, other: CredentialStore) => Promise<void>

const PATH = 'oauth/upstream_1'

/**
 * What every {@link CredentialStore} does, as cases for any test runner.
 *
 * @example
 * for (const { name, run } of credentialStoreContract({ open: async () => new MyStore() })) test(name, run)
 */
export function credentialStoreContract({ open, reopen }: ContractOptions): readonly ContractCase[] {
  return Object.entries({ ...records, ...conditions, ...locks }).map(([name, check]) => ({
    name,
    run: async () => {
      const store = await open()
      await check(store, (await reopen?.(store)) ?? store)
    },
  }))
}

const records: Readonly<Record<string, Check>> = {
  'reads nothing where nothing was written': async (store) => {
    strictEqual(await store.read(PATH), undefined)
    deepStrictEqual(await store.list(), [])
  },
  'gives back what was written, also to another reader': async (store, other) => {
    for (const value of ['plain', '', 'two\nlines\r\n', '日本語 \u{1F511} \u0000', 'x'.repeat(10_000)]) {
      await put(store, PATH, value)
      strictEqual((await read(other, PATH)).secret.reveal(), value)
    }
  },
  'keeps records apart': async (store, other) => {
    const paths = ['oauth/a', 'oauth/a/b', 'oauth/ab', 'A/a', 'a.b_c@d-e']
    for (const path of paths) await put(store, path, `of ${path}`)
    for (const path of paths) strictEqual((await read(other, path)).secret.reveal(), `of ${path}`)
  },
  'lists the paths of a prefix in order': async (store, other) => {
    for (const path of ['oauth/b', 'keys/z', 'oauth/a', 'oauth2/c', 'B']) await put(store, path, 's')
    deepStrictEqual(await other.list('oauth/'), ['oauth/a', 'oauth/b'])
    deepStrictEqual(await other.list(), ['B', 'keys/z', 'oauth/a', 'oauth/b', 'oauth2/c'])
  },
  'refuses a path that is none, and does not print it': async (store) => {
    const secret = new Secret('s')
    for (const path of ['', '/', 'a//b', '../a', 'a/..', 'a b', 'sk-secret?', 'a\0b', 'x'.repeat(129), 'ä']) {
      const quiet = fails('INVALID_PATH', (message) => !message.includes('sk-secret'))
      await rejects(store.read(path), quiet)
      await rejects(store.write(path, secret, { ifVersion: 'any' }), quiet)
      await rejects(store.remove(path, { ifVersion: 'any' }), quiet)
      await rejects(
        store.lock(path, async () => 0),
        quiet,
      )
    }
  },
  'takes names that mean something to JavaScript as plain names': async (store, other) => {
    for (const path of ['__proto__', 'constructor', 'toString/valueOf']) {
      strictEqual(await store.read(path), undefined)
      await put(store, path, `of ${path}`)
      strictEqual((await read(other, path)).secret.reveal(), `of ${path}`)
    }
    strictEqual((await other.list()).length, 3)
  },
  'shows no secret when it is printed': async (store) => {
    await put(store, PATH, 'sk-contract-canary-3f81')
    await store.read(PATH)
    const shown = [store.name, inspect(store, { depth: null, showHidden: true }), JSON.stringify([store])]
    for (const text of shown) ok(!text.includes('canary'))
  },
}

const conditions: Readonly<Record<string, Check>> = {
  'creates only where nothing is': async (store, other) => {
    const first = await store.write(PATH, new Secret('first'), { ifVersion: 'absent' })
    ok(first.ok)
    const second = await other.write(PATH, new Secret('second'), { ifVersion: 'absent' })
    ok(!second.ok)
    strictEqual(second.current?.version, first.version)
    strictEqual(second.current?.secret.reveal(), 'first')
    strictEqual((await read(store, PATH)).secret.reveal(), 'first')
  },
  'replaces only the version that was read': async (store, other) => {
    const version = await put(store, PATH, 'first')
    const next = await other.write(PATH, new Secret('second'), { ifVersion: version })
    ok(next.ok)
    const late = await store.write(PATH, new Secret('late'), { ifVersion: version })
    ok(!late.ok)
    strictEqual(late.current?.version, next.version)
    strictEqual((await read(store, PATH)).secret.reveal(), 'second')
  },
  'does not write a version of a record that is gone': async (store) => {
    const version = await put(store, PATH, 'first')
    ok((await store.remove(PATH, { ifVersion: version })).ok)
    deepStrictEqual(await store.write(PATH, new Secret('late'), { ifVersion: version }), {
      ok: false,
      current: undefined,
    })
    strictEqual(await store.read(PATH), undefined)
  },
  'never gives a version twice, not for the same secret and not after a removal': async (store, other) => {
    const versions: string[] = []
    for (let turn = 0; turn < 4; turn += 1) {
      versions.push(await put(store, PATH, 'same'), await put(other, PATH, 'same'))
      await store.remove(PATH, { ifVersion: 'any' })
    }
    strictEqual(new Set(versions).size, versions.length)
  },
  'removes only the version that was read': async (store, other) => {
    const version = await put(store, PATH, 'first')
    const next = await put(other, PATH, 'second')
    notStrictEqual(version, next)
    const late = await store.remove(PATH, { ifVersion: version })
    ok(!late.ok)
    strictEqual(late.current?.secret.reveal(), 'second')
    deepStrictEqual(await store.remove(PATH, { ifVersion: next }), { ok: true })
    deepStrictEqual(await store.remove(PATH, { ifVersion: 'any' }), { ok: true })
    deepStrictEqual(await store.remove(PATH, { ifVersion: next }), { ok: false, current: undefined })
    deepStrictEqual(await other.list(), [])
  },
  'lets one of many writers win each version': async (store, other) => {
    const version = await put(store, PATH, 'start')
    const racers = Array.from({ length: 12 }, (_, n) =>
      (n % 2 === 0 ? store : other).write(PATH, new Secret(`racer ${n}`), { ifVersion: version }),
    )
    const results = await Promise.all(racers)
    const winner = results.findIndex((result) => result.ok)
    strictEqual(results.filter((result) => result.ok).length, 1)
    strictEqual((await read(other, PATH)).secret.reveal(), `racer ${winner}`)
  },
  'loses no write to other paths made at the same time': async (store, other) => {
    const paths = Array.from({ length: 12 }, (_, n) => `p/${n}`)
    await Promise.all(
      paths.map((path, n) => (n % 2 === 0 ? store : other).write(path, new Secret(path), { ifVersion: 'absent' })),
    )
    deepStrictEqual(await other.list(), [...paths].sort())
  },
}

const locks: Readonly<Record<string, Check>> = {
  'runs one section of a path at a time': async (store, other) => {
    let inside = 0
    let most = 0
    const section = async (): Promise<void> => {
      inside += 1
      most = Math.max(most, inside)
      await new Promise((resolve) => setTimeout(resolve, 3))
      inside -= 1
    }
    const sections = Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? store : other).lock(PATH, section))
    await Promise.all(sections)
    strictEqual(most, 1)
  },
  'runs sections of different paths side by side': async (store) => {
    const both = Promise.withResolvers<void>()
    let inside = 0
    const section = async (): Promise<void> => {
      inside += 1
      if (inside === 2) both.resolve()
      await both.promise
    }
    await Promise.all([store.lock('a', section), store.lock('b', section)])
  },
  'lets the holder read and write, and others too': async (store, other) => {
    await store.lock(PATH, async (held) => {
      await put(store, PATH, 'inside')
      await put(other, PATH, 'outside')
      strictEqual((await read(store, PATH)).secret.reveal(), 'outside')
      strictEqual(held.signal.aborted, false)
      strictEqual(await held.stillHeld(), true)
    })
  },
  'gives back what the section gives, and frees the path when it fails': async (store, other) => {
    strictEqual(await store.lock(PATH, async () => 'result'), 'result')
    const failure = new Error('of the section')
    await rejects(
      store.lock(PATH, () => Promise.reject(failure)),
      (error) => error === failure,
    )
    strictEqual(await other.lock(PATH, async () => 'free', { waitMs: 1_000 }), 'free')
  },
  'gives up waiting when time or the signal says so': async (store, other) => {
    await store.lock(PATH, async () => {
      await rejects(
        other.lock(PATH, async () => 'never', { waitMs: 20 }),
        fails('BUSY'),
      )
      const reason = new Error('enough')
      const signal = AbortSignal.timeout(20)
      await rejects(other.lock(PATH, async () => 'never', { signal }))
      const aborted = AbortSignal.abort(reason)
      await rejects(
        other.lock('elsewhere', async () => 'never', { signal: aborted }),
        (error) => error === reason,
      )
    })
    strictEqual(await other.lock(PATH, async () => 'free', { waitMs: 1_000 }), 'free')
  },
}

async function put(store: CredentialStore, path: string, value: string): Promise<string> {
  const result = await store.write(path, new Secret(value), { ifVersion: 'any' })
  ok(result.ok)
  return result.version
}

async function read(store: CredentialStore, path: string): Promise<StoredSecret> {
  const stored = await store.read(path)
  ok(stored, `nothing is stored at ${path}`)
  return stored
}

function fails(
  code: CredentialErrorCode,
  message: (text: string) => boolean = () => true,
): (error: unknown) => boolean {
  return (error) => CredentialError.is(error) && error.code === code && message(error.message)
}
