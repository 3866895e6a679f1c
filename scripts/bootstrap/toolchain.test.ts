import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkIntegrity, satisfies, withoutNpmVariables } from './toolchain.mjs'

beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
})

test.each([
  ['v22.19.0', '>=22.19.0', true],
  ['v22.18.9', '>=22.19.0', false],
  ['v22.20.0', '>=22.19.5', true],
  ['v20.99.99', '>=22.19.0', false],
  ['v26.0.0', '>=22.19.0', true],
  ['v24.1.0', '^22.19.0 || ^24.2.0 || >=26.0.0', false],
  ['v24.2.0', '^22.19.0 || ^24.2.0 || >=26.0.0', true],
  ['v23.9.0', '^22.19.0', false],
  ['v27.0.0-nightly2026', '>=26.0.0', true],
])('%s against %s: %s', (version, range, expected) => {
  expect(satisfies(version, range)).toBe(expected)
})

test('refuses a range it would read wrongly', () => {
  expect(() => satisfies('v22.0.0', '~22.1')).toThrow('engines.node of package.json has "~22.1"')
})

test('takes from a child what npm says of our own script, and leaves what the user set', () => {
  const kept = { PATH: '/bin', npm_config_registry: 'r', npm_config_https_proxy: 'p', npm_config_cafile: 'c' }
  const dropped = {
    npm_package_json: 'a',
    npm_lifecycle_event: 'test',
    npm_command: 'run',
    npm_execpath: 'n',
    npm_config_local_prefix: 'x',
    npm_config_workspace: 'y',
    NPM_CONFIG_PREFIX: 'z',
  }
  expect(withoutNpmVariables({ ...kept, ...dropped })).toEqual(kept)
})

const pins = { node: {}, integrity: { 'pnpm@1.0.0': 'sha512-right', '@pnpm/exe.linux-x64@1.0.0': 'sha512-native' } }

test('accepts what its pins say', () => {
  const installed = {
    'node_modules/pnpm': { version: '1.0.0', integrity: 'sha512-right' },
    'node_modules/@pnpm/exe.linux-x64': { version: '1.0.0', integrity: 'sha512-native' },
  }
  expect(() => checkIntegrity(installed, pins)).not.toThrow()
  expect(process.stderr.write).not.toHaveBeenCalled()
})

test.each(['sha512-wrong', undefined])('refuses a package whose hash is %s', (integrity) => {
  const installed = { 'node_modules/@pnpm/exe.linux-x64': { version: '1.0.0', ...(integrity && { integrity }) } }
  expect(() => checkIntegrity(installed, pins)).toThrow(
    '@pnpm/exe.linux-x64@1.0.0 is not what scripts/toolchain.json pins',
  )
})

test('says when it has no pin for a package', () => {
  checkIntegrity({ 'node_modules/pnpm': { version: '2.0.0', integrity: 'sha512-any' } }, pins)
  expect(process.stderr.write).toHaveBeenCalledWith(expect.stringContaining('pnpm@2.0.0 has no pinned hash'))
})
