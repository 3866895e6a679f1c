import { expect, it } from 'vitest'
import { isOwn } from './modes.ts'

it.each([
  ['a directory of ours', '/home/me/.llm-gateway', 0o40755, 1000, true],
  ['a directory of another user', '/home/you/.llm-gateway', 0o40755, 1001, false],
  ['a sticky directory', '/var/tmp', 0o41777, 1000, false],
  ['a top-level directory', '/etc', 0o40755, 1000, false],
  ['a top-level directory, spelled otherwise', '/etc/ssl/..', 0o40755, 1000, false],
  ['the root', '/', 0o40755, 1000, false],
])('says whether %s is ours to close', (_what, path, mode, uid, own) => {
  expect(isOwn(path, { mode, uid }, 1000)).toBe(own)
})
