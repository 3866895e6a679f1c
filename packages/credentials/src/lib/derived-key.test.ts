import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDerivedKey } from './derived-key.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'llm-gateway-derived-'))
})

afterEach(() => rmSync(home, { recursive: true, force: true }))

test('is made once, for its owner only, and is the same for all who open it at once and later', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => openDerivedKey('seal', { home, env: {} })))
  expect(new Set([...keys, await openDerivedKey('seal', { home, env: {} })]).size).toBe(1)
  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/)
  expect(readdirSync(home)).toEqual(['seal.key'])
  expect(statSync(join(home, 'seal.key')).mode & 0o777).toBe(0o600)
  expect(await openDerivedKey('other', { home, env: {} })).not.toBe(keys[0])
})

test('follows the shared master key, and leaves no file', async () => {
  const env = { LLM_GATEWAY_MASTER_KEY: '11'.repeat(32) }
  const key = await openDerivedKey('seal', { home, env })
  expect(await openDerivedKey('seal', { home: join(home, 'other'), env })).toBe(key)
  expect(await openDerivedKey('seal', { home, env: { LLM_GATEWAY_MASTER_KEY: '22'.repeat(32) } })).not.toBe(key)
  expect(key).not.toContain('1111')
  expect(readdirSync(home)).toEqual([])
})

test('tells of a file that holds no key, by the name of the key', async () => {
  writeFileSync(join(home, 'seal.key'), 'short', { mode: 0o600 })
  await expect(openDerivedKey('seal', { home, env: {} })).rejects.toThrow(/the seal key .*seal\.key is not whole/)
})
