import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { scratch } from '../../../../test-kit/scratch.ts'
import { decryptSecret, encryptSecret, keyIdOf } from './cipher.ts'
import { EncryptedFileStore } from './encrypted-file-store.ts'
import type { KeychainPort } from './keychain-port.ts'
import { type MasterKey, type OpenMasterKeyOptions, openMasterKey } from './master-key.ts'
import { rotateMasterKey } from './master-key-rotation.ts'
import { Secret } from './secret.ts'

const [FIRST, SECOND] = ['11'.repeat(32), '22'.repeat(32)]

/** One encrypted text, as a configuration file holds it. */
class Text {
  value: string

  constructor(key: MasterKey) {
    this.value = encryptSecret('canary', key, 'record')
  }

  open(key: MasterKey): string {
    return decryptSecret(this.value, key, 'record').reveal()
  }

  /** @returns whether it had been encrypted by another key. */
  reencrypt(key: MasterKey): boolean {
    if (keyIdOf(this.value) === key.id) return false
    this.value = encryptSecret(this.open(key), key, 'record')
    return true
  }
}

function optionsAt(home: string, more: Partial<OpenMasterKeyOptions> = {}): OpenMasterKeyOptions {
  return { home, env: {}, create: true, ...more }
}

describe('rotating the key file', () => {
  it('puts a new key in its place, keeps the old one aside, and encrypts all anew', async () => {
    const options = optionsAt(scratch())
    const before = await openMasterKey(options)
    const text = new Text(before)
    const rotated = await rotateMasterKey(options, async (key) => text.reencrypt(key))
    const after = await openMasterKey(options)
    expect(rotated).toEqual({ keyId: after.id, oldFile: join(options.home, 'master.key.old'), passes: [true, false] })
    expect(after.id).not.toBe(before.id)
    expect(after.others?.map(({ id }) => id)).toEqual([before.id])
    expect(keyIdOf(text.value)).toBe(after.id)
    expect(text.open(after)).toBe('canary')
    expect(readdirSync(options.home).sort()).toEqual(['master.key', 'master.key.old'])
    for (const name of readdirSync(options.home)) expect(statSync(join(options.home, name)).mode & 0o777).toBe(0o600)
  })

  it('is readable by everybody while it is under way, and takes along what they write then', async () => {
    const options = optionsAt(scratch())
    const text = new Text(await openMasterKey(options))
    const late = new Text(await openMasterKey(options))
    await rotateMasterKey(options, async (key) => {
      text.reencrypt(key)
      const reader = await openMasterKey(options)
      expect(text.open(reader)).toBe('canary')
      expect(late.open(reader)).toBe('canary')
      // Only the second pass sees it, as if it had been written between the passes.
      if (reader.id === key.id) late.reencrypt(key)
    })
    expect(keyIdOf(late.value)).toBe((await openMasterKey(options)).id)
  })

  it('goes on where one that failed stopped', async () => {
    const options = optionsAt(scratch())
    const before = await openMasterKey(options)
    const [done, undone] = [new Text(before), new Text(before)]
    const failing = rotateMasterKey(options, (key) => {
      done.reencrypt(key)
      return Promise.reject(new Error('the disk is full'))
    })
    await expect(failing).rejects.toThrow('the disk is full')
    const between = await openMasterKey(options)
    expect(between.id).toBe(before.id)
    expect([done.open(between), undone.open(between)]).toEqual(['canary', 'canary'])
    await rotateMasterKey(options, async (key) => [done.reencrypt(key), undone.reencrypt(key)])
    const after = await openMasterKey(options)
    expect([keyIdOf(done.value), keyIdOf(undone.value)]).toEqual([after.id, after.id])
    expect(existsSync(join(options.home, 'master.key.next'))).toBe(false)
  })

  it('leaves 1000 records readable wherever it is killed, 20 times', { timeout: 120_000 }, async () => {
    const options = optionsAt(scratch())
    const file = join(options.home, 'credentials.json')
    const store = (): EncryptedFileStore =>
      new EncryptedFileStore({ file, masterKey: (create) => openMasterKey({ ...options, create }) })
    await fill(file, options)
    const ids = new Set<string>()
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const script = fileURLToPath(new URL('../../test/rotate-forever.ts', import.meta.url))
      const child = spawn(process.execPath, [script, options.home], { stdio: ['ignore', 'pipe', 'inherit'] })
      // Within one of the first three passes, or in the steps between them.
      await passes(child.stdout, 1 + (attempt % 3))
      await sleep((attempt * 17) % 60)
      child.kill('SIGKILL')
      await once(child, 'exit')
      const reader = store()
      for (const path of ['oauth/0', 'oauth/499', 'oauth/999']) {
        expect((await reader.read(path))?.secret.reveal()).toBe(`canary of ${path}`)
      }
      ids.add((await openMasterKey(options)).id)
    }
    expect(await store().list()).toHaveLength(1000)
    // Sealing anew opens every record.
    await rotateMasterKey(options, (key) => store().rotate(key))
    expect(await store().list()).toHaveLength(1000)
    expect(ids.size).toBeGreaterThan(1)
  })
})

function passes(output: Readable, count: number): Promise<void> {
  let seen = 0
  return new Promise((resolve) => {
    output.on('data', (chunk: Buffer) => {
      seen += chunk.length
      if (seen >= count) resolve()
    })
  })
}

/** A thousand records: written one by one they would take a minute of saving. */
async function fill(file: string, options: OpenMasterKeyOptions): Promise<void> {
  const { DataKey } = await import('./data-key.ts')
  const { writeRecordFile } = await import('./record-file.ts')
  const key = DataKey.make(await openMasterKey(options))
  const records = Array.from({ length: 1000 }, (_, n) => `oauth/${n}`).map(
    (path) => [path, key.seal(path, new Secret(`canary of ${path}`))] as const,
  )
  writeFileSync(file, writeRecordFile({ dataKey: key.sealed, records: new Map(records) }), { mode: 0o600 })
}

describe('rotating the key of the environment', () => {
  it('encrypts anew what the key before encrypted', async () => {
    const home = scratch()
    const text = new Text(await openMasterKey(optionsAt(home, { env: { LLM_GATEWAY_MASTER_KEY: FIRST } })))
    const env = { LLM_GATEWAY_MASTER_KEY: SECOND, LLM_GATEWAY_MASTER_KEY_PREVIOUS: FIRST }
    const options = optionsAt(home, { env })
    expect(text.open(await openMasterKey(options))).toBe('canary')
    await rotateMasterKey(options, async (key) => text.reencrypt(key))
    expect(text.open(await openMasterKey(optionsAt(home, { env: { LLM_GATEWAY_MASTER_KEY: SECOND } })))).toBe('canary')
    expect(readdirSync(home)).toEqual([])
  })

  it('takes over from the key file', async () => {
    const options = optionsAt(scratch())
    const text = new Text(await openMasterKey(options))
    await rotateMasterKey({ ...options, env: { LLM_GATEWAY_MASTER_KEY: SECOND } }, async (key) => text.reencrypt(key))
    rmSync(join(options.home, 'master.key'))
    expect(text.open(await openMasterKey({ ...options, env: { LLM_GATEWAY_MASTER_KEY: SECOND } }))).toBe('canary')
  })

  it('asks for the key before where there is none', async () => {
    const attempt = rotateMasterKey(optionsAt(scratch(), { env: { LLM_GATEWAY_MASTER_KEY: FIRST } }), async () => 0)
    await expect(attempt).rejects.toThrow(/LLM_GATEWAY_MASTER_KEY_PREVIOUS/)
  })
})

describe('a key that the keychain keeps', () => {
  function keychain(): KeychainPort & { readonly kept: Map<string, string> } {
    const kept = new Map([['mine', FIRST]])
    return {
      kept,
      get: async (name) => kept.get(name),
      set: async (name, text) => void kept.set(name, text),
    }
  }

  it('is opened through the name in the file or the variable', async () => {
    const home = scratch()
    writeFileSync(join(home, 'master.key'), 'keychain:mine\n', { mode: 0o600 })
    const filed = await openMasterKey(optionsAt(home, { keychain: keychain(), create: false }))
    const env = { LLM_GATEWAY_MASTER_KEY: 'keychain:mine' }
    const named = await openMasterKey(optionsAt(scratch(), { keychain: keychain(), env }))
    const given = await openMasterKey(optionsAt(scratch(), { env: { LLM_GATEWAY_MASTER_KEY: FIRST } }))
    expect([filed.id, named.id]).toEqual([given.id, given.id])
  })

  it('is replaced within the keychain', async () => {
    const home = scratch()
    writeFileSync(join(home, 'master.key'), 'keychain:mine\n', { mode: 0o600 })
    const options = optionsAt(home, { keychain: keychain() })
    const text = new Text(await openMasterKey(options))
    await rotateMasterKey(options, async (key) => text.reencrypt(key))
    expect(readFileSync(join(home, 'master.key'), 'utf8')).toMatch(/^keychain:llm-gateway master key [0-9a-f]{8}\n$/)
    expect(text.open(await openMasterKey(options))).toBe('canary')
  })

  it('moves from the file into the keychain under a name that is free', async () => {
    const home = scratch()
    const port = keychain()
    const options = optionsAt(home, { keychain: port })
    const text = new Text(await openMasterKey(options))
    const rotate = (toKeychain: string) =>
      rotateMasterKey({ ...options, toKeychain }, async (key) => text.reencrypt(key))
    for (const name of ['mine', ' padded', 'two\nlines', '']) {
      await expect(rotate(name)).rejects.toMatchObject({ code: 'MASTER_KEY_INVALID' })
    }
    expect(port.kept.get('mine')).toBe(FIRST)
    await rotate('gateway at home')
    expect(readFileSync(join(home, 'master.key'), 'utf8')).toBe('keychain:gateway at home\n')
    expect(text.open(await openMasterKey(options))).toBe('canary')
    expect([...port.kept.keys()]).toEqual(['mine', 'gateway at home'])
  })

  it('does not move into the keychain from the variable, nor where there is none', async () => {
    const env = { LLM_GATEWAY_MASTER_KEY: FIRST }
    const fromVariable = rotateMasterKey({ ...optionsAt(scratch(), { env }), toKeychain: 'a' }, async () => 0)
    await expect(fromVariable).rejects.toThrow(/unset it/)
    const nowhere = rotateMasterKey({ ...optionsAt(scratch()), toKeychain: 'a' }, async () => 0)
    await expect(nowhere).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it('tells what the keychain told when it cannot be used', async () => {
    const home = scratch()
    writeFileSync(join(home, 'master.key'), 'keychain:mine\n', { mode: 0o600 })
    const locked = new Error('it is locked')
    const broken: KeychainPort = { get: () => Promise.reject(locked), set: () => Promise.reject(locked) }
    await expect(openMasterKey(optionsAt(home, { keychain: broken }))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'it is locked',
      cause: locked,
    })
  })

  it('says what to do where there is no keychain, or no such key in it', async () => {
    const home = scratch()
    writeFileSync(join(home, 'master.key'), 'keychain:other\n', { mode: 0o600 })
    await expect(openMasterKey(optionsAt(home))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('opens no keychain'),
    })
    await expect(openMasterKey(optionsAt(home, { keychain: keychain() }))).rejects.toMatchObject({
      code: 'MASTER_KEY_MISSING',
      message: expect.stringContaining('"other"'),
    })
  })
})
