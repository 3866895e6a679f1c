import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildFingerprint, installFingerprint, Stamp } from './stamp.mjs'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stamp-'))
  write('package.json', '{}')
  write('pnpm-lock.yaml', '')
  write('pnpm-workspace.yaml', '')
  write('packages/router/package.json', '{}')
  write('packages/router/src/index.ts', 'export {}')
  write('packages/router/dist/index.js', 'export {}')
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
  utimesSync(join(root, path), 1000, 1000)
}

function changes(fingerprint: () => string, edit: () => void): boolean {
  const before = fingerprint()
  edit()
  return fingerprint() !== before
}

describe('what the build depends on', () => {
  const build = (): string => buildFingerprint(root)

  test('is the same for an untouched tree', () => {
    expect(changes(build, () => {})).toBe(false)
  })

  test.each([
    ['an edit', () => write('packages/router/src/index.ts', 'export const a = 1')],
    ['an edit of equal size', () => utimesSync(join(root, 'packages/router/src/index.ts'), 2000, 2000)],
    ['a new file', () => write('packages/router/src/lib/new.ts', '')],
    ['a page of a site', () => write('packages/router/src/test/page.md', 'new')],
    ['a new package', () => write('packages/access/package.json', '{}')],
    ['a build setting', () => write('tsup.base.ts', '')],
    ['a removed output', () => rmSync(join(root, 'packages/router/dist/index.js'))],
  ])('changes with %s', (_, edit) => {
    expect(changes(build, edit)).toBe(true)
  })

  test.each([
    'src/a.test.ts',
    'README.md',
    'test/a.ts',
    'node_modules/x/index.js',
    '.turbo/build.log',
    'coverage/x.json',
  ])('is blind to %s', (path) => {
    expect(changes(build, () => write(`packages/router/${path}`, 'new'))).toBe(false)
  })
})

describe('what an installation depends on', () => {
  const install = (): string => installFingerprint(root, 'v24.0.0')

  test.each([
    ['the lockfile', () => write('pnpm-lock.yaml', 'new')],
    ["a member's package.json", () => write('packages/router/package.json', '{ }')],
    ['a new member', () => write('apps/console/package.json', '{}')],
  ])('changes with %s', (_, edit) => {
    expect(changes(install, edit)).toBe(true)
  })

  test('changes with the Node.js version, not with a source', () => {
    expect(installFingerprint(root, 'v26.0.0')).not.toBe(install())
    expect(changes(install, () => write('packages/router/src/index.ts', 'new'))).toBe(false)
  })
})

describe('a stamp', () => {
  test('matches once its step was done, until the state changes', async () => {
    let state = 'one'
    const stamp = new Stamp(join(root, 'stamp'), () => state)
    expect(stamp.matches()).toBe(false)
    await stamp.renew(async () => {})
    expect(stamp.matches()).toBe(true)
    state = 'two'
    expect(stamp.matches()).toBe(false)
  })

  test('holds the state that the step left, as a build changes its own outputs', async () => {
    let state = 'sources'
    const stamp = new Stamp(join(root, 'stamp'), () => state)
    await stamp.renew(async () => {
      state = 'sources and outputs'
    })
    expect(stamp.matches()).toBe(true)
  })

  test('is gone when its step fails', async () => {
    const stamp = new Stamp(join(root, 'stamp'), () => 'state')
    await stamp.renew(async () => {})
    await expect(stamp.renew(() => Promise.reject(new Error('full disk')))).rejects.toThrow('full disk')
    expect(existsSync(join(root, 'stamp'))).toBe(false)
  })
})
