import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const lockfile = readFileSync(new URL('../pnpm-lock.yaml', import.meta.url), 'utf8')

/** Every `name@version` that the lockfile resolves, by name; a native tool can be there in several versions. */
const resolved = new Map<string, string[]>()
for (const [, name = '', version = ''] of lockfile.matchAll(/^ {2}'?(@?[^@'\s]+)@([^:'(\s]+)'?:$/gm)) {
  resolved.set(name, [...new Set([...(resolved.get(name) ?? []), version])])
}

test('names no host: every package comes from the registry that the reader uses', () => {
  expect(lockfile.match(/.*(?:https?:|git@|tarball:|registry:).*/g)).toBeNull()
})

// A registry may get the binaries of other systems later than the tool itself. pnpm leaves out what it cannot find and
// says nothing, so a lockfile made on Linux can be one that does not install on a Mac.
test.each([
  ['@napi-rs/keyring', '@napi-rs/keyring-', 'darwin-arm64', 'win32-x64-msvc', 'linux-x64-gnu', 'linux-arm64-gnu'],
  ['turbo', '@turbo/', 'darwin-arm64', 'windows-64', 'linux-64', 'linux-arm64'],
  ['@biomejs/biome', '@biomejs/cli-', 'darwin-arm64', 'win32-x64', 'linux-x64', 'linux-arm64'],
  ['rollup', '@rollup/rollup-', 'darwin-arm64', 'win32-x64-msvc', 'linux-x64-gnu', 'linux-arm64-gnu'],
  ['rolldown', '@rolldown/binding-', 'darwin-arm64', 'win32-x64-msvc', 'linux-x64-gnu', 'linux-arm64-gnu'],
  ['esbuild', '@esbuild/', 'darwin-arm64', 'win32-x64', 'linux-x64', 'linux-arm64'],
  ['lightningcss', 'lightningcss-', 'darwin-arm64', 'win32-x64-msvc', 'linux-x64-gnu', 'linux-arm64-gnu'],
  ['oxlint', '@oxlint/binding-', 'darwin-arm64', 'win32-x64-msvc', 'linux-x64-gnu', 'linux-arm64-gnu'],
  ['oxlint-tsgolint', '@oxlint-tsgolint/', 'darwin-arm64', 'win32-x64', 'linux-x64', 'linux-arm64'],
  ['typescript', '@typescript/typescript-', 'darwin-arm64', 'win32-x64', 'linux-x64', 'linux-arm64'],
])('has %s for macOS, Windows and Linux', (tool, prefix, ...platforms) => {
  const versions = (resolved.get(tool) ?? []).filter((version) => isNative(tool, version))
  expect(versions).not.toEqual([])
  for (const platform of platforms) {
    expect(resolved.get(prefix + platform), `${prefix}${platform}`).toEqual(expect.arrayContaining(versions))
  }
})

/** attw brings an older TypeScript of its own, which is plain JavaScript. */
function isNative(tool: string, version: string): boolean {
  return tool !== 'typescript' || Number.parseInt(version, 10) >= 7
}
