import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict'
import { inspect } from 'node:util'
import { CredentialError } from './error.ts'
import { Secret } from './secret.ts'
import type { CredentialStore, RecordPath } from './store.ts'
import type { ContractCase } from './store-contract.ts'

/** How the contract gets read-only stores to try. */
export interface ReadOnlyContractOptions {
  /** A store that has these secrets, a new one for each case. */
  readonly open: (records: Readonly<Record<RecordPath, string>>) => Promise<CredentialStore>
}

const records = { 'keys/a': 'sk-read-only-canary', 'keys/b': 'two words', 'other/c': '日本語' }

/** What a {@link CredentialStore} does that cannot be written, as cases for any test runner. */
export function readOnlyStoreContract({ open }: ReadOnlyContractOptions): readonly ContractCase[] {
  return Object.entries(cases).map(([name, check]) => ({ name, run: async () => check(await open(records)) }))
}

const cases: Readonly<Record<string, (store: CredentialStore) => Promise<void>>> = {
  'gives every secret, and nothing where there is none': async (store) => {
    for (const [path, value] of Object.entries(records)) {
      strictEqual((await store.read(path))?.secret.reveal(), value)
    }
    strictEqual(await store.read('keys/none'), undefined)
    strictEqual(await store.read('constructor'), undefined)
  },
  'gives the same version while nothing changes, and another for another secret': async (store) => {
    const [first, again, other] = [await store.read('keys/a'), await store.read('keys/a'), await store.read('keys/b')]
    ok(first && other)
    strictEqual(first.version, again?.version)
    ok(first.version !== other.version)
  },
  'lists the paths of a prefix in order': async (store) => {
    deepStrictEqual(await store.list('keys/'), ['keys/a', 'keys/b'])
    deepStrictEqual(await store.list(), Object.keys(records))
  },
  'refuses to write and to remove, and changes nothing': async (store) => {
    const version = (await store.read('keys/a'))?.version ?? ''
    for (const ifVersion of ['any', 'absent', version]) {
      await rejects(store.write('keys/a', new Secret('new'), { ifVersion }), isReadOnly)
      await rejects(store.remove('keys/a', { ifVersion }), isReadOnly)
    }
    strictEqual((await store.read('keys/a'))?.version, version)
  },
  'runs one section of a path at a time': async (store) => {
    let inside = 0
    const sections = Array.from({ length: 5 }, () =>
      store.lock('keys/a', async (held) => {
        inside += 1
        strictEqual(inside, 1)
        ok(await held.stillHeld())
        inside -= 1
      }),
    )
    await Promise.all(sections)
  },
  'shows no secret when it is printed': async (store) => {
    await store.read('keys/a')
    const shown = inspect(store, { depth: null, showHidden: true }) + JSON.stringify([store]) + store.name
    ok(!shown.includes('canary'))
  },
}

function isReadOnly(error: unknown): boolean {
  return CredentialError.is(error) && error.code === 'READ_ONLY' && !error.message.includes('canary')
}
