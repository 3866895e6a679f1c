import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { scratch } from '../../../../test-kit/scratch.ts'
import { withLock } from './lock.ts'
import { removeOrphans, saveAtomically } from './save.ts'

describe('saving', () => {
  it('makes a new file that only its owner may read', async () => {
    const directory = scratch()
    await saveAtomically(join(directory, 'c.yaml'), 'text')
    expect(readFileSync(join(directory, 'c.yaml'), 'utf8')).toBe('text')
    expect(statSync(join(directory, 'c.yaml')).mode & 0o777).toBe(0o600)
    expect(readdirSync(directory)).toEqual(['c.yaml'])
  })

  it('keeps the mode of the file it replaces, and gives a new one what was asked for', async () => {
    const file = join(scratch(), 'c.yaml')
    await saveAtomically(file, 'a', { mode: 0o640 })
    expect(statSync(file).mode & 0o777).toBe(0o640)
    chmodSync(file, 0o604)
    await saveAtomically(file, 'b', { mode: 0o600 })
    expect(statSync(file).mode & 0o777).toBe(0o604)
  })

  it.runIf(process.getuid?.() === 0)('keeps the owner when the superuser saves', async () => {
    const { chownSync } = await import('node:fs')
    const file = join(scratch(), 'c.yaml')
    writeFileSync(file, 'a')
    chownSync(file, 12_345, 54_321)
    await saveAtomically(file, 'b')
    expect(statSync(file)).toMatchObject({ uid: 12_345, gid: 54_321 })
  })

  it('follows a symbolic link and leaves it one', async () => {
    const directory = scratch()
    mkdirSync(join(directory, 'real'))
    writeFileSync(join(directory, 'real', 'c.yaml'), 'old')
    symlinkSync(join('real', 'c.yaml'), join(directory, 'link.yaml'))
    await saveAtomically(join(directory, 'link.yaml'), 'new')
    expect(lstatSync(join(directory, 'link.yaml')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(directory, 'real', 'c.yaml'), 'utf8')).toBe('new')
    expect(readdirSync(join(directory, 'real'))).toEqual(['c.yaml'])
  })

  it('writes through a link whose file is not there yet', async () => {
    const directory = scratch()
    symlinkSync('later.yaml', join(directory, 'link.yaml'))
    await saveAtomically(join(directory, 'link.yaml'), 'new')
    expect(readFileSync(join(directory, 'later.yaml'), 'utf8')).toBe('new')
  })

  it('says why it failed and leaves nothing behind', async () => {
    const directory = scratch()
    mkdirSync(join(directory, 'c.yaml'))
    await expect(saveAtomically(join(directory, 'c.yaml'), 'x')).rejects.toMatchObject({
      code: 'SAVE_FAILED',
      message: expect.stringContaining('it is a directory'),
    })
    expect(readdirSync(directory)).toEqual(['c.yaml'])
    await expect(saveAtomically(join(directory, 'no', 'c.yaml'), 'x')).rejects.toMatchObject({
      code: 'SAVE_FAILED',
      message: expect.stringContaining('the directory does not exist'),
    })
  })

  it('does not hang on links that lead in a circle', async () => {
    const directory = scratch()
    symlinkSync('b', join(directory, 'a'))
    symlinkSync('a', join(directory, 'b'))
    await expect(saveAtomically(join(directory, 'a'), 'x')).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  })
})

describe('a save that is killed', () => {
  const script = fileURLToPath(new URL('../../test/save-forever.ts', import.meta.url))

  it('leaves the old or the new text whole, and what it leaves beside it is cleared away, 50 times', {
    timeout: 120_000,
  }, async () => {
    const directory = scratch()
    const file = join(directory, 'c.yaml')
    const whole = ['even\n'.repeat(40_000), 'odd\n'.repeat(40_000)]
    let orphans = 0
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(child.stdout, 'data')
      // Delays spread over the few milliseconds that one save takes.
      await sleep((attempt * 7) % 25)
      child.kill('SIGKILL')
      await once(child, 'exit')
      const left = readdirSync(directory).filter((name) => name !== 'c.yaml')
      orphans += left.length
      if (readdirSync(directory).includes('c.yaml')) expect(whole).toContain(readFileSync(file, 'utf8'))
      await removeOrphans(file)
      expect(readdirSync(directory).filter((name) => name !== 'c.yaml')).toEqual([])
    }
    expect(whole).toContain(readFileSync(file, 'utf8'))
    expect(orphans).toBeGreaterThan(0)
  })
})

describe('a full disk', () => {
  it('leaves the old text whole, says so, and nothing beside it', async (context) => {
    const directory = join(scratch(), 'small')
    mkdirSync(directory)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', directory])
    if (mounted.status !== 0) context.skip('needs the right to mount a tmpfs')
    onTestFinished(() => void spawnSync('umount', [directory]))
    const file = join(directory, 'c.yaml')
    await saveAtomically(file, 'old')
    await expect(saveAtomically(file, 'x'.repeat(100_000))).rejects.toMatchObject({
      code: 'SAVE_FAILED',
      message: expect.stringContaining('the disk is full'),
    })
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(readdirSync(directory)).toEqual(['c.yaml'])
    await saveAtomically(file, 'new')
    expect(readFileSync(file, 'utf8')).toBe('new')
    // Not a byte is left for a lock either.
    expect(() => writeFileSync(join(directory, 'filler'), 'x'.repeat(100_000))).toThrow('ENOSPC')
    await expect(withLock(file, async () => 'never')).rejects.toMatchObject({
      code: 'SAVE_FAILED',
      message: expect.stringContaining('the disk is full'),
    })
    expect(readdirSync(directory).sort()).toEqual(['c.yaml', 'filler'])
    rmSync(join(directory, 'filler'))
    expect(await withLock(file, async () => 'locked', { waitMs: 0 })).toBe('locked')
  })
})

describe('a limit on the size of files', () => {
  // The system's signal for it would end the process; that Node.js ignores it is what the real process shows.
  it.skipIf(process.platform === 'win32')('fails as a full disk does, and ends nobody', () => {
    const directory = scratch()
    const file = join(directory, 'c.yaml')
    writeFileSync(file, 'old')
    const module = new URL('./save.ts', import.meta.url).href
    const script = `import { saveAtomically } from ${JSON.stringify(module)}
      await saveAtomically(process.argv[1], 'x'.repeat(1_000_000)).catch((error) => console.log(error.message))`
    const argv = ['--input-type=module', '-e', script, file]
    const limited = 'ulimit -f 100 && exec "$0" "$@"'
    const ran = spawnSync('sh', ['-c', limited, process.execPath, ...argv], { encoding: 'utf8' })
    expect([ran.status, ran.signal, ran.stdout]).toEqual([
      0,
      null,
      expect.stringContaining('larger than files may get'),
    ])
    expect([readdirSync(directory), readFileSync(file, 'utf8')]).toEqual([['c.yaml'], 'old'])
  })
})
