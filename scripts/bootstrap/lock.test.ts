import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { withLock } from './lock.mjs'

let folder = ''
let lock = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
  lock = join(folder, 'lock')
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

test('is held by us while the work runs, and leaves nothing behind', async () => {
  const held = await withLock(lock, async () => readFileSync(lock, 'utf8'))
  expect(held).toBe(String(process.pid))
  expect(readdirSync(folder)).toEqual([])
})

test('is given back when the work fails', async () => {
  await expect(withLock(lock, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network')
  expect(existsSync(lock)).toBe(false)
})

test('makes a second run wait for the first', async () => {
  const order: string[] = []
  let finish = (): void => {}
  const first = withLock(lock, async () => {
    order.push('first begins')
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    order.push('first ends')
  })
  const second = withLock(lock, async () => {
    order.push('second')
  })
  await vi.waitFor(() => expect(process.stderr.write).toHaveBeenCalledWith(expect.stringContaining('waiting for it')))
  finish()
  await Promise.all([first, second])
  expect(order).toEqual(['first begins', 'first ends', 'second'])
})

test('is taken over from a process that is gone', async () => {
  const gone = spawnSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).stdout.trim()
  writeFileSync(lock, gone)
  expect(await withLock(lock, async () => readFileSync(lock, 'utf8'))).toBe(String(process.pid))
  expect(readdirSync(folder)).toEqual([])
})
