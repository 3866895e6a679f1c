import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { scratch } from '../../../../test-kit/scratch.ts'
import { readOnlyStoreContract } from './read-only-contract.ts'
import { ReferenceCredentialStore } from './reference-store.ts'

const variables = readOnlyStoreContract({
  open: async (records) => {
    const entries = Object.entries(records)
    return new ReferenceCredentialStore({
      references: Object.fromEntries(entries.map(([path], n) => [path, `env:SECRET_${n}`])),
      env: Object.fromEntries(entries.map(([, value], n) => [`SECRET_${n}`, value])),
      baseDir: '/',
    })
  },
})

const files = readOnlyStoreContract({
  open: async (records) => {
    const baseDir = scratch()
    const entries = Object.entries(records)
    for (const [n, [, value]] of entries.entries()) writeFileSync(join(baseDir, `${n}.txt`), `${value}\n`)
    const references = Object.fromEntries(entries.map(([path], n) => [path, `file:${n}.txt`]))
    return new ReferenceCredentialStore({ references, env: {}, baseDir })
  },
})

it.each([...variables])('of variables: $name', async ({ run }) => {
  await expect(run()).resolves.toBeUndefined()
})

it.each([...files])('of files: $name', async ({ run }) => {
  await expect(run()).resolves.toBeUndefined()
})

it('reads anew each time, and its version follows the content', async () => {
  const baseDir = scratch()
  const env: Record<string, string> = {}
  const store = new ReferenceCredentialStore({ references: { a: 'env:A', b: 'file:b.txt' }, env, baseDir })
  expect(await store.read('a')).toBeUndefined()
  expect(await store.read('b')).toBeUndefined()
  expect(await store.list()).toEqual([])
  writeFileSync(join(baseDir, 'b.txt'), 'one')
  env.A = 'one'
  const [first, again] = [await store.read('b'), await store.read('b')]
  expect(first?.version).toBe(again?.version)
  writeFileSync(join(baseDir, 'b.txt'), 'two')
  expect((await store.read('b'))?.version).not.toBe(first?.version)
  expect(await store.list()).toEqual(['a', 'b'])
})

it.each([
  [{ 'a b': 'env:A' }, 'INVALID_PATH'],
  [{ a: 'sk-secret-canary' }, 'UNKNOWN_SCHEME'],
  [{ a: 'env:not a name' }, 'UNKNOWN_SCHEME'],
])('refuses %j (%s), and does not print what stands there', (references, code) => {
  const make = (): unknown => new ReferenceCredentialStore({ references, env: {}, baseDir: '/' })
  expect(make).toThrow(expect.objectContaining({ code, message: expect.not.stringContaining('canary') }))
})

it('says which file cannot be read', async () => {
  const store = new ReferenceCredentialStore({ references: { a: 'file:.' }, env: {}, baseDir: scratch() })
  await expect(store.read('a')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
})
