import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { scratch } from '../../../test-kit/scratch.ts'

const source = fileURLToPath(new URL('../src/lib/compile-cache.ts', import.meta.url))

/** A process that keeps what it compiles, with a module to compile. Gives its exit status and what it said. */
function run(
  env: Readonly<Record<string, string>>,
  cwd?: string,
): { readonly status: number | null; readonly stderr: string } {
  const module = join(scratch(), 'compiled.mjs')
  writeFileSync(module, 'export const told = () => 1')
  const script = `(await import(${JSON.stringify(source)})).keepCompiled(); await import(${JSON.stringify(module)})`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env,
    cwd,
    encoding: 'utf8',
  })
  return { status, stderr }
}

test('what was compiled is kept in the cache directory of the user', () => {
  const home = scratch()
  expect(run({ HOME: home })).toEqual({ status: 0, stderr: '' })
  expect(readdirSync(join(home, '.cache', 'llm-gateway'))).toHaveLength(1)
  const cache = scratch()
  expect(run({ HOME: home, XDG_CACHE_HOME: cache })).toEqual({ status: 0, stderr: '' })
  expect(readdirSync(cache)).toEqual(['llm-gateway'])
})

test('where nothing can be kept nothing is said and nothing fails', () => {
  const home = scratch()
  writeFileSync(join(home, '.cache'), 'a file')
  expect(run({ HOME: home })).toEqual({ status: 0, stderr: '' })
  const gone = join(home, 'gone')
  expect(run({ HOME: gone })).toEqual({ status: 0, stderr: '' })
  expect(existsSync(gone)).toBe(false)
})

test('a home that is relative is none: every folder would get a cache of its own', () => {
  const folder = scratch()
  mkdirSync(join(folder, 'here'))
  expect(run({ HOME: 'here' }, folder)).toEqual({ status: 0, stderr: '' })
  expect(readdirSync(join(folder, 'here'))).toEqual([])
})

test('it can be switched off', () => {
  const home = scratch()
  mkdirSync(join(home, '.cache'))
  expect(run({ HOME: home, NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual({ status: 0, stderr: '' })
  expect(readdirSync(join(home, '.cache'))).toEqual([])
})
