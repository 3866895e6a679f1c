import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { scratch } from '../../../../test-kit/scratch.ts'
import { EncryptedFileStore } from './encrypted-file-store.ts'
import { importMasterKey, openMasterKey } from './master-key.ts'
import { Secret } from './secret.ts'

const KEY = importMasterKey(new Uint8Array(32).fill(1))

function storeAt(file: string, staleMs?: number): EncryptedFileStore {
  return new EncryptedFileStore({ file, masterKey: async () => KEY, ...(staleMs !== undefined && { staleMs }) })
}

function run(script: string, ...args: string[]): ChildProcess {
  const path = fileURLToPath(new URL(`../../test/${script}.ts`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

function linesOf(child: ChildProcess): { text: string } {
  const seen = { text: '' }
  child.stdout?.on('data', (chunk: Buffer) => {
    seen.text += chunk.toString()
  })
  return seen
}

async function said(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the child has no output')
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  return chunk.toString().trim()
}

describe('a process that is killed while it saves', () => {
  it('leaves every record whole and loses none that it called durable, 50 times', { timeout: 120_000 }, async () => {
    const file = join(scratch(), 'credentials.json')
    await storeAt(file).write('oauth/other', new Secret('bystander'), { ifVersion: 'absent' })
    let [leftovers, durable] = [0, 0]
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const child = run('store-forever', file, 'oauth/a')
      const seen = linesOf(child)
      await said(child)
      // Delays spread over the few milliseconds that one save takes.
      await sleep((attempt * 7) % 23)
      child.kill('SIGKILL')
      await once(child, 'exit')
      leftovers += readdirSync(join(file, '..')).filter((name) => name.includes('.tmp-')).length
      durable = Number(seen.text.trimEnd().split('\n').at(-1))
      const stored = (await storeAt(file).read('oauth/a'))?.secret.reveal() ?? ''
      const [count, rest] = stored.split(' ')
      expect(rest).toBe('x'.repeat(20_000))
      // One more may have reached the disk than was told.
      expect([durable, durable + 1]).toContain(Number(count))
    }
    const store = storeAt(file)
    expect((await store.read('oauth/other'))?.secret.reveal()).toBe('bystander')
    await store.write('oauth/other', new Secret('after'), { ifVersion: 'any' })
    expect(await store.lock('oauth/a', async () => 'free', { waitMs: 2_000 })).toBe('free')
    expect(readdirSync(join(file, '..')).sort()).toEqual(['credentials.json', 'credentials.json.locks'])
    expect(leftovers).toBeGreaterThan(0)
  })
})

describe('several processes', () => {
  it('lose no write of each other', { timeout: 60_000 }, async () => {
    const file = join(scratch(), 'credentials.json')
    const paths = ['oauth/a', 'oauth/a', 'oauth/b']
    const children = paths.map((path) => run('store-forever', file, path, '15'))
    for (const child of children) child.stdout?.resume()
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
    expect(codes).toEqual([0, 0, 0])
    expect((await storeAt(file).read('oauth/a'))?.secret.reveal()).toMatch(/^30 /)
    expect((await storeAt(file).read('oauth/b'))?.secret.reveal()).toMatch(/^15 /)
  })

  it('take over the lock of one that was killed at once', async () => {
    const file = join(scratch(), 'credentials.json')
    const child = run('hold-lock', file, 'oauth/a', '30000')
    expect(await said(child)).toBe('held')
    await expect(storeAt(file).lock('oauth/a', async () => 0, { waitMs: 30 })).rejects.toMatchObject({ code: 'BUSY' })
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await storeAt(file).lock('oauth/a', async () => 'free', { waitMs: 2_000 })).toBe('free')
  })

  it('take over the lock of one that stands still, which then learns that it lost it', async () => {
    const file = join(scratch(), 'credentials.json')
    const child = run('hold-lock', file, 'oauth/a', '600')
    expect(await said(child)).toBe('held')
    child.kill('SIGSTOP')
    const order: string[] = []
    await storeAt(file, 600).lock('oauth/a', async () => {
      order.push('taken over')
      child.kill('SIGCONT')
      child.stdin?.write('end\n')
      order.push(await said(child))
    })
    expect(order).toEqual(['taken over', 'lost, aborted: true'])
    expect(await storeAt(file).lock('oauth/a', async () => 'free', { waitMs: 1_000 })).toBe('free')
  })

  it('leave the lock to one that lives, however long it takes', async () => {
    const file = join(scratch(), 'credentials.json')
    const child = run('hold-lock', file, 'oauth/a', '300')
    expect(await said(child)).toBe('held')
    const late = storeAt(file, 300).lock('oauth/a', async () => 0, { waitMs: 1_200 })
    await expect(late).rejects.toMatchObject({ code: 'BUSY' })
    child.stdin?.write('end\n')
    expect(await said(child)).toBe('still held')
  })

  it('are not kept out by a holder of the same process id from before a restart', async () => {
    const file = join(scratch(), 'credentials.json')
    const store = storeAt(file)
    await store.lock('oauth/a', async () => 0)
    const [name = ''] = await store.lock('oauth/a', async () => readdirSync(`${file}.locks`))
    const { hostname } = await import('node:os')
    const left = { pid: process.pid, host: hostname(), started: '1', token: 'of an earlier life' }
    writeFileSync(join(`${file}.locks`, name), JSON.stringify(left))
    expect(await store.lock('oauth/a', async () => 'free', { waitMs: 500 })).toBe('free')
  })
})

describe('a full disk', () => {
  it('leaves the old file whole', async (context) => {
    const directory = join(scratch(), 'small')
    mkdirSync(directory)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', directory])
    if (mounted.status !== 0) context.skip('needs the right to mount a tmpfs')
    onTestFinished(() => void spawnSync('umount', [directory]))
    const file = join(directory, 'credentials.json')
    const store = storeAt(file)
    await store.write('oauth/a', new Secret('old'), { ifVersion: 'any' })
    const before = readFileSync(file)
    await expect(store.write('oauth/a', new Secret('x'.repeat(100_000)), { ifVersion: 'any' })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('the disk is full'),
    })
    expect(readFileSync(file)).toEqual(before)
    expect((await store.read('oauth/a'))?.secret.reveal()).toBe('old')
    expect(readdirSync(directory)).toEqual(['credentials.json'])
    await store.write('oauth/a', new Secret('new'), { ifVersion: 'any' })
    expect((await store.read('oauth/a'))?.secret.reveal()).toBe('new')
    // Not a byte is left for a key either, and nothing of the attempt.
    const filler = join(directory, 'filler')
    expect(() => writeFileSync(filler, 'x'.repeat(100_000))).toThrow('ENOSPC')
    const making = openMasterKey({ home: directory, env: {}, create: true })
    await expect(making).rejects.toMatchObject({
      code: 'MASTER_KEY_UNWRITABLE',
      message: expect.stringContaining('the disk is full'),
    })
    expect(readdirSync(directory).sort()).toEqual(['credentials.json', 'filler'])
  })
})
