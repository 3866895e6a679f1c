import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { scratch } from '../../../../../test-kit/scratch.ts'
import { LogFile, type LogFileOptions } from './log-file.ts'

function opened(options: Partial<LogFileOptions> & { readonly path: string }): LogFile {
  const log = new LogFile({ lost: () => {}, waitMs: 5, retryMs: 5, ...options })
  onTestFinished(() => log.close())
  return log
}

const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

/** Runs a script that has `LogFile`. */
function scripted(script: string): readonly [string, readonly string[]] {
  const source = fileURLToPath(new URL('log-file.ts', import.meta.url))
  return [
    process.execPath,
    ['--input-type=module', '-e', `import { LogFile } from ${JSON.stringify(source)}\n${script}`],
  ]
}

test('lines wait for others, and then are written together in their order', async () => {
  const path = join(scratch(), 'logs', 'gateway.log')
  const log = opened({ path })
  for (const line of ['one\n', 'twö\n', 'three\n']) log.write(line)
  expect(read(path)).toBe('')
  await vi.waitUntil(() => read(path) === 'one\ntwö\nthree\n')
  log.write('four\n')
  await vi.waitUntil(() => read(path) === 'one\ntwö\nthree\nfour\n')
})

test('from a batch on they do not wait, and none is lost or told twice while another is being written', async () => {
  const path = join(scratch(), 'gateway.log')
  const log = opened({ path, waitMs: 60_000, batchLength: 1_000 })
  const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`)
  for (const line of lines) log.write(line)
  await vi.waitUntil(() => read(path).length > 1_000)
  await log.close()
  expect(read(path)).toBe(lines.join(''))
})

test('a file that was renamed is left as it is, and its name begun anew', async () => {
  const path = join(scratch(), 'gateway.log')
  const log = opened({ path })
  log.write('before\n')
  await vi.waitUntil(() => read(path) !== '')
  renameSync(path, `${path}.1`)
  log.reopen()
  log.write('after\n')
  await vi.waitUntil(() => read(path) === 'after\n')
  expect(read(`${path}.1`)).toBe('before\n')
})

test.skipIf(process.platform === 'win32')(
  'a file that it makes is its owner’s alone, also in place of a renamed one',
  () => {
    const path = join(scratch(), 'logs', 'gateway.log')
    const mode = (): string => (statSync(path).mode & 0o777).toString(8)
    const umask = process.umask(0)
    onTestFinished(() => void process.umask(umask))
    const log = opened({ path })
    expect(mode()).toBe('600')
    renameSync(path, `${path}.1`)
    log.reopen()
    expect(mode()).toBe('600')
    chmodSync(path, 0o640)
    log.reopen()
    expect(mode()).toBe('640')
  },
)

test('renamed in mid write: each line is in one of the two, once', async () => {
  const path = join(scratch(), 'gateway.log')
  const log = opened({ path })
  const lines = Array.from({ length: 200 }, (_, index) => `line ${index}\n`)
  for (const [index, line] of lines.entries()) {
    log.write(line)
    if (index % 20 === 10) log.flush()
    if (index === 110) {
      renameSync(path, `${path}.1`)
      log.reopen()
    }
    if (index % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await log.close()
  expect(read(`${path}.1`) + read(path)).toBe(lines.join(''))
  expect(read(path)).not.toBe('')
})

test('a file that cannot be written is tried again; what is beyond the bound is lost and counted', async () => {
  const home = scratch()
  const [blocked, path] = [join(home, 'logs'), join(home, 'logs', 'gateway.log')]
  writeFileSync(blocked, 'a file where the directory should be')
  const lost: number[] = []
  const log = opened({ path, heldLength: 12, lost: (lines) => lost.push(lines) })
  log.write('held\n')
  log.flush()
  for (const line of ['1\n', '2\n', '3\n', '4\n', '5\n', '6\n', '7\n', '8\n']) log.write(line)
  rmSync(blocked)
  await vi.waitUntil(() => lost.length > 0)
  log.write('later\n')
  await vi.waitUntil(() => read(path).includes('later'))
  expect(read(path)).toBe('held\n1\n2\n3\n4\n5\n6\nlater\n')
  expect(lost).toEqual([2])
})

test('how many lines were lost is told also when others wait beyond the bound, and so is what the server says meanwhile', async () => {
  const home = scratch()
  const [blocked, path] = [join(home, 'logs'), join(home, 'logs', 'gateway.log')]
  writeFileSync(blocked, 'a file where the directory should be')
  const log: LogFile = opened({ path, heldLength: 12, lost: (lines) => log.writeApart(`lost ${lines}\n`) })
  log.write('held\n')
  log.flush()
  for (const line of ['1\n', '2\n', '3\n', '4\n', '5\n', '6\n', '7\n', '8\n']) log.write(line)
  log.writeApart('the disk is full\n')
  rmSync(blocked)
  await vi.waitUntil(() => read(path).includes('lost'))
  expect(read(path)).toBe('held\n1\n2\n3\n4\n5\n6\nthe disk is full\nlost 2\n')
})

test.skipIf(!existsSync('/dev/full'))('a full disk neither throws nor holds up the end', async () => {
  const log = opened({ path: '/dev/full' })
  log.write('one\n')
  log.flush()
  await new Promise((resolve) => setTimeout(resolve, 20))
  log.write('two\n')
  await expect(log.close()).resolves.toBeUndefined()
  log.write('after the end\n')
})

test.each([
  ['an error nobody caught', 'throw new Error("lost")', 1],
  ['process.exit', 'process.exit(3)', 3],
  ['nothing left to do', '', 0],
])('what waits when the process ends by %s is written', (_name, end, status) => {
  const path = join(scratch(), 'gateway.log')
  const [file, args] = scripted(
    `const log = new LogFile({ path: ${JSON.stringify(path)}, lost() {} }); log.write("last words\\n"); ${end}`,
  )
  expect(spawnSync(file, args).status).toBe(status)
  expect(read(path)).toBe('last words\n')
})

test('a slow reader of standard error gets every line', async () => {
  const [file, args] = scripted(`
    const log = new LogFile({ lost() {}, waitMs: 1 })
    for (let index = 0; index < 20_000; index++) log.write("a line of the log, number " + index + "\\n")
    await log.close()
  `)
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  await new Promise((resolve) => setTimeout(resolve, 200))
  const lines = (await text(child.stderr)).trimEnd().split('\n')
  expect(lines).toHaveLength(20_000)
  expect(lines.at(-1)).toBe('a line of the log, number 19999')
})

test('that the file cannot be written is told once, until it could be again', async () => {
  const parent = join(scratch(), 'logs')
  writeFileSync(parent, '')
  const told: (string | undefined)[] = []
  const log = opened({ path: join(parent, 'gateway.log'), failed: ({ code }) => told.push(code) })
  expect(told).toHaveLength(1)
  log.write('one\n')
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(told).toHaveLength(1)
  rmSync(parent)
  await vi.waitUntil(() => read(join(parent, 'gateway.log')) === 'one\n')
  rmSync(parent, { recursive: true })
  writeFileSync(parent, '')
  log.reopen()
  expect(told).toHaveLength(2)
})
