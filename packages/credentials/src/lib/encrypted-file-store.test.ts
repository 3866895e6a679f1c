import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import * as disk from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scratch } from '../../../../test-kit/scratch.ts'
import { testStore } from '../../test/contract-kit.ts'
import { type EncryptedFileOptions, EncryptedFileStore } from './encrypted-file-store.ts'
import { importMasterKey, type MasterKey } from './master-key.ts'
import type { DiskPort } from './save-whole.ts'
import { Secret } from './secret.ts'

const KEY = importMasterKey(new Uint8Array(32).fill(1))
const OTHER_KEY = importMasterKey(new Uint8Array(32).fill(2))
const ANY = { ifVersion: 'any' }

function storeAt(file: string, key: MasterKey = KEY, more: Partial<EncryptedFileOptions> = {}): EncryptedFileStore {
  return new EncryptedFileStore({ file, masterKey: async () => key, ...more })
}

function newFile(): string {
  return join(scratch(), 'credentials.json')
}

async function filled(file: string, paths: readonly string[] = ['oauth/a', 'oauth/b']): Promise<EncryptedFileStore> {
  const store = storeAt(file)
  for (const path of paths) await store.write(path, new Secret(`canary of ${path}`), ANY)
  return store
}

describe('the encrypted file store', () => {
  const files = new WeakMap<object, string>()
  testStore({
    open: async () => {
      const file = newFile()
      const store = storeAt(file)
      files.set(store, file)
      return store
    },
    reopen: async (store) => storeAt(files.get(store) ?? ''),
  })

  it('holds no secret in clear, and is for its owner only', async () => {
    const file = join(scratch(), 'home', 'credentials.json')
    const before = process.umask(0)
    try {
      await filled(file)
    } finally {
      process.umask(before)
    }
    expect(readFileSync(file, 'utf8')).not.toMatch(/canary|Y2FuYXJ5/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(file, '..'))).toEqual(['credentials.json'])
  })

  it('closes a file that others can read, and says so', async () => {
    const file = newFile()
    await filled(file)
    chmodSync(file, 0o644)
    const warnings: string[] = []
    await storeAt(file, KEY, { warn: (message) => warnings.push(message) }).read('oauth/a')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(warnings).toEqual([`the credential store ${file} was open to other users (mode 644): set to 600`])
  })

  it('keeps a mode that is closed, and leaves a link one', async () => {
    const directory = scratch()
    mkdirSync(join(directory, 'real'))
    const real = join(directory, 'real', 'c.json')
    await filled(real)
    chmodSync(real, 0o400)
    symlinkSync(join('real', 'c.json'), join(directory, 'link.json'))
    await storeAt(join(directory, 'link.json')).write('oauth/c', new Secret('s'), ANY)
    expect(statSync(real).mode & 0o777).toBe(0o400)
    expect(await storeAt(real).list()).toEqual(['oauth/a', 'oauth/b', 'oauth/c'])
  })

  it('makes a master key only for the first record', async () => {
    const file = newFile()
    const asked: boolean[] = []
    const store = new EncryptedFileStore({
      file,
      masterKey: async (create) => {
        asked.push(create)
        return KEY
      },
    })
    await store.read('a')
    await store.list()
    await store.remove('a', ANY)
    expect(asked).toEqual([])
    expect(existsSync(file)).toBe(false)
    await store.write('a', new Secret('s'), ANY)
    expect(asked).toEqual([true])
  })
})

describe('what cannot be read', () => {
  it('says which key is wrong, and changes nothing', async () => {
    const file = newFile()
    await filled(file)
    const before = readFileSync(file)
    const wrong = storeAt(file, OTHER_KEY)
    const attempts = [
      () => wrong.read('oauth/a'),
      () => wrong.write('oauth/a', new Secret('x'), ANY),
      () => wrong.write('oauth/new', new Secret('x'), { ifVersion: 'absent' }),
      () => wrong.remove('oauth/a', ANY),
      () => wrong.rotate(OTHER_KEY),
    ]
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'WRONG_MASTER_KEY',
        message: expect.stringMatching(new RegExp(`${file}.*${KEY.id}.*${OTHER_KEY.id}`)),
      })
    }
    expect(readFileSync(file)).toEqual(before)
  })

  it.each<[string, (data: Stored) => void]>([
    ['altered', (data) => alter(data.records['oauth/a'], 'sealed')],
    ['given another version', (data) => alter(data.records['oauth/a'], 'version')],
    ['swapped with another', (data) => Object.assign(data, { records: swapped(data.records) })],
  ])('a record that was %s is refused, and the file is left as it is', async (_what, change) => {
    const file = newFile()
    await filled(file)
    const data = JSON.parse(readFileSync(file, 'utf8')) as Stored
    change(data)
    const text = JSON.stringify(data)
    writeFileSync(file, text)
    const store = storeAt(file)
    const failure = { code: 'CORRUPT', message: expect.stringContaining('oauth/a was altered') }
    await expect(store.read('oauth/a')).rejects.toMatchObject(failure)
    await expect(store.write('oauth/a', new Secret('x'), ANY)).rejects.toMatchObject(failure)
    await expect(store.rotate(OTHER_KEY)).rejects.toMatchObject({ code: 'CORRUPT' })
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('a sealed data key that was altered is refused', async () => {
    const file = newFile()
    await filled(file)
    const data = JSON.parse(readFileSync(file, 'utf8')) as Stored
    alter(data.dataKey, 'sealed')
    writeFileSync(file, JSON.stringify(data))
    await expect(storeAt(file).read('oauth/a')).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  it('a file cut anywhere is refused and never written over', async () => {
    const file = newFile()
    await filled(file, ['a'])
    const whole = readFileSync(file, 'utf8').trimEnd()
    for (let length = 0; length < whole.length; length += 7) {
      const cut = whole.slice(0, length)
      writeFileSync(file, cut)
      const store = storeAt(file)
      const failure = { code: 'CORRUPT', message: expect.stringContaining(file) }
      await expect(store.read('a')).rejects.toMatchObject(failure)
      await expect(store.write('b', new Secret('x'), ANY)).rejects.toMatchObject(failure)
      expect(readFileSync(file, 'utf8')).toBe(cut)
    }
  })

  it('a file of a later version asks for an update', async () => {
    const file = newFile()
    await filled(file)
    writeFileSync(file, readFileSync(file, 'utf8').replace('"version": 1', '"version": 2'))
    await expect(storeAt(file).read('oauth/a')).rejects.toMatchObject({ code: 'UNKNOWN_SCHEME' })
  })
})

describe('a disk that fails', () => {
  /** A disk on which one step of saving fails. */
  function failing(step: 'open' | 'writeFile' | 'sync' | 'rename', code: string): DiskPort {
    const fail = (): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }))
    return {
      ...disk,
      ...(step === 'rename' && { rename: fail }),
      open: async (path, flags, mode) => {
        if (step === 'open' && flags === 'wx') return fail()
        const handle = await disk.open(path, flags, mode)
        if (step === 'writeFile' || step === 'sync') Object.defineProperty(handle, step, { value: fail })
        return handle
      },
    }
  }

  it.each([
    ['open', 'ENOSPC'],
    ['writeFile', 'ENOSPC'],
    ['sync', 'EIO'],
    ['rename', 'ENOSPC'],
  ] as const)('at %s (%s) leaves the old file whole, says so, and can be used again', async (step, code) => {
    const file = newFile()
    await filled(file)
    const before = readFileSync(file)
    const store = storeAt(file, KEY, { disk: failing(step, code) })
    await expect(store.write('oauth/a', new Secret('new'), ANY)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(code),
    })
    expect(readFileSync(file)).toEqual(before)
    expect(readdirSync(join(file, '..'))).toEqual(['credentials.json'])
    await storeAt(file).write('oauth/a', new Secret('new'), ANY)
    expect((await storeAt(file).read('oauth/a'))?.secret.reveal()).toBe('new')
  })
})

describe('rotation', () => {
  it('seals all under the new key and keeps the versions', async () => {
    const file = newFile()
    const store = await filled(file)
    const version = (await store.read('oauth/a'))?.version ?? ''
    expect(await store.rotate(OTHER_KEY)).toBe(2)
    await expect(storeAt(file, KEY).read('oauth/a')).rejects.toMatchObject({ code: 'WRONG_MASTER_KEY' })
    const after = storeAt(file, OTHER_KEY)
    expect(await after.read('oauth/a')).toMatchObject({ version })
    expect((await after.read('oauth/b'))?.secret.reveal()).toBe('canary of oauth/b')
    // A refresh that began before the rotation can still put its token in place.
    expect(await after.write('oauth/a', new Secret('next'), { ifVersion: version })).toMatchObject({ ok: true })
  })

  it('opens what one of the other keys sealed', async () => {
    const file = newFile()
    await filled(file)
    const store = storeAt(file, { ...OTHER_KEY, others: [KEY] })
    expect((await store.read('oauth/a'))?.secret.reveal()).toBe('canary of oauth/a')
    expect(await store.rotate(OTHER_KEY)).toBe(2)
    expect((await storeAt(file, OTHER_KEY).read('oauth/a'))?.secret.reveal()).toBe('canary of oauth/a')
  })

  it('of a file that is not there does nothing', async () => {
    const file = newFile()
    expect(await storeAt(file).rotate(OTHER_KEY)).toBe(0)
    expect(existsSync(file)).toBe(false)
  })

  it('needs no master key while it has no record, and says which one its records need', async () => {
    const file = newFile()
    const store = await filled(file, ['oauth/a'])
    expect(await store.masterKeyId()).toBe(KEY.id)
    await store.remove('oauth/a', ANY)
    expect(await store.masterKeyId()).toBeUndefined()
    const later = storeAt(file, OTHER_KEY)
    expect(await later.rotate(OTHER_KEY)).toBe(0)
    expect(await later.write('oauth/b', new Secret('b'), ANY)).toMatchObject({ ok: true })
    expect(await later.masterKeyId()).toBe(OTHER_KEY.id)
    expect((await later.read('oauth/b'))?.secret.reveal()).toBe('b')
  })
})

interface Stored {
  readonly dataKey: Record<string, string>
  readonly records: Record<string, Record<string, string>>
}

/** Changes one bit in the middle, so that the text stays base64url. */
function alter(record: Record<string, string> | undefined, key: string): void {
  const text = record?.[key] ?? ''
  if (record) record[key] = `${text.slice(0, 5)}${text[5] === 'A' ? 'B' : 'A'}${text.slice(6)}`
}

function swapped(records: Stored['records']): unknown {
  return { 'oauth/a': records['oauth/b'], 'oauth/b': records['oauth/a'] }
}
