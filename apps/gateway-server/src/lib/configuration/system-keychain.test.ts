import { expect, test } from 'vitest'
import { systemKeychain } from './system-keychain.ts'

const absent = Object.assign(
  new Error("Cannot find package '@llm-gateway/credentials-keychain' imported from cli.js"),
  {
    code: 'ERR_MODULE_NOT_FOUND',
  },
)

test('is loaded by the first call, and once', async () => {
  let loads = 0
  const kept = new Map<string, string>()
  const keychain = systemKeychain(async () => {
    loads += 1
    return {
      openKeychain: () => ({
        get: async (name) => kept.get(name),
        set: async (name, text) => void kept.set(name, text),
        remove: async (name) => void kept.delete(name),
      }),
    }
  })
  expect(loads).toBe(0)
  await keychain.set('a', 'text')
  expect(await keychain.get('a')).toBe('text')
  await keychain.remove('a')
  expect(await keychain.get('a')).toBeUndefined()
  expect(loads).toBe(1)
})

test('says what to install where the package is absent', async () => {
  await expect(systemKeychain(() => Promise.reject(absent)).get('a')).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('npm install -g @llm-gateway/credentials-keychain'),
    cause: absent,
  })
})

test('does not call another failure a package that is absent', async () => {
  const broken = new Error('broken')
  await expect(systemKeychain(() => Promise.reject(broken)).get('a')).rejects.toBe(broken)
})
