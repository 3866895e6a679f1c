import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { scratch } from '../../../../test-kit/scratch.ts'
import { readRuntime, writeRuntime } from './runtime-file.ts'

const runtime = { pid: process.pid, url: 'http://x', version: '1', startedAt: 0, configFile: 'c', token: 't' }

test('on a full disk it says so, and leaves nothing behind', (context) => {
  const home = join(scratch(), 'small')
  mkdirSync(home)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', home])
  if (mounted.status !== 0) context.skip('needs the right to mount a tmpfs')
  onTestFinished(() => void spawnSync('umount', [home]))
  const filler = join(home, 'filler')
  expect(() => writeFileSync(filler, 'x'.repeat(100_000))).toThrow('ENOSPC')
  expect(() => writeRuntime(home, runtime)).toThrow(/server\.json \(ENOSPC\): the disk is full, free some space$/)
  expect(readdirSync(join(home, 'run'))).toEqual([])
  rmSync(filler)
  writeRuntime(home, runtime)
  expect(readRuntime(home)).toEqual(runtime)
})
