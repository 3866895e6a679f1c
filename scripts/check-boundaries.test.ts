import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { checkBoundaries } from './boundaries/check.mjs'

const trees: string[] = []
afterEach(() => {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true })
})

/** The findings of a small tree; what is not given is a converter, a router and a gateway that keep the rules. */
function findings(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'boundaries-'))
  trees.push(root)
  const tree = {
    'packages/converter/package.json': manifest('converter'),
    'packages/router/package.json': manifest('router'),
    'packages/simulator/package.json': manifest('simulator'),
    'packages/gateway/package.json': manifest('gateway', { dependencies: ['converter', 'router'] }),
    'apps/gateway-server/package.json': manifest('server', { dependencies: ['converter', 'gateway'] }),
    ...files,
  }
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return checkBoundaries(root).findings.map(({ at, message }) => `${at}: ${message}`)
}

function manifest(name: string, edges: { dependencies?: string[]; devDependencies?: string[] } = {}): string {
  const table = (names: string[] = []) => Object.fromEntries(names.map((n) => [`@llm-gateway/${n}`, 'workspace:^']))
  return JSON.stringify({
    name: `@llm-gateway/${name}`,
    dependencies: table(edges.dependencies),
    devDependencies: table(edges.devDependencies),
  })
}

test('lets every allowed edge pass', () => {
  expect(
    findings({
      'packages/gateway/src/index.ts':
        "import { a } from '@llm-gateway/converter'\nexport type { R } from '@llm-gateway/router'",
      'apps/gateway-server/src/index.ts':
        "export * from '@llm-gateway/gateway'\nawait import('@llm-gateway/converter')",
    }),
  ).toEqual([])
})

test.each([
  ['an import', "import { a } from '@llm-gateway/router'"],
  ['a type import', "import type { A } from '@llm-gateway/router'"],
  ['a side effect', "import '@llm-gateway/router'"],
  ['a re-export', "export { a } from '@llm-gateway/router'"],
  ['a star re-export', "export * from '@llm-gateway/router'"],
  ['a dynamic import', "await import('@llm-gateway/router')"],
  ['an inline type', "export type A = import('@llm-gateway/router').A"],
  ['a subpath', "import { a } from '@llm-gateway/router/testing'"],
])('finds %s of a sibling that is not in the table', (_, code) => {
  expect(findings({ 'packages/converter/src/index.ts': `// a comment\n${code}\n` })).toEqual([
    expect.stringMatching(
      /^packages\/converter\/src\/index\.ts:2: packages\/converter may not depend on packages\/router/,
    ),
  ])
})

test('takes no comment and no string for an import', () => {
  expect(
    findings({
      'packages/converter/src/index.ts':
        "// import '@llm-gateway/router'\nexport const a = \"import '@llm-gateway/router'\"",
    }),
  ).toEqual([])
})

test('finds a forbidden edge that only package.json has', () => {
  expect(findings({ 'packages/router/package.json': manifest('router', { dependencies: ['gateway'] }) })).toEqual([
    expect.stringMatching(/^packages\/router\/package\.json: packages\/router may not depend on packages\/gateway/),
  ])
})

test('lets nothing but the CLI import the server', () => {
  const importsServer = "import '@llm-gateway/server'"
  const found = findings({
    'apps/gateway-cli/package.json': manifest('cli', { devDependencies: ['server'] }),
    'apps/gateway-cli/src/main.ts': importsServer,
    'apps/console/package.json': manifest('console', { dependencies: ['server'] }),
    'packages/gateway/src/index.ts': importsServer,
  })
  expect(found).toEqual([
    expect.stringMatching(/^apps\/console\/package\.json: apps\/console may not depend on apps\/gateway-server/),
    expect.stringMatching(
      /^packages\/gateway\/src\/index\.ts:1: packages\/gateway may not depend on apps\/gateway-server/,
    ),
  ])
})

test('lets the tests of a package have more, if they say so in devDependencies', () => {
  const code = "import '@llm-gateway/simulator'"
  const gateway = { dependencies: ['converter', 'router'], devDependencies: ['simulator'] }
  const declared = { 'packages/gateway/package.json': manifest('gateway', gateway) }
  expect(findings({ ...declared, 'packages/gateway/src/a.test.ts': code, 'packages/gateway/test/b.ts': code })).toEqual(
    [],
  )
  expect(findings({ ...declared, 'packages/gateway/src/a.ts': code })).toHaveLength(1)
  expect(findings({ 'packages/gateway/src/a.test.ts': code })).toEqual([
    expect.stringContaining('@llm-gateway/simulator is not in the dependencies or devDependencies of packages/gateway'),
  ])
})

test('finds an import that package.json does not name', () => {
  expect(
    findings({
      'packages/gateway/package.json': manifest('gateway', { devDependencies: ['router'] }),
      'packages/gateway/src/index.ts': "import '@llm-gateway/router'",
    }),
  ).toEqual([
    expect.stringContaining('@llm-gateway/router is not in the dependencies of packages/gateway/package.json'),
  ])
})

test('finds a package that does not exist, and one that imports itself by name', () => {
  expect(
    findings({ 'packages/router/src/index.ts': "import '@llm-gateway/utils'\nimport '@llm-gateway/router'" }),
  ).toEqual([
    expect.stringContaining('@llm-gateway/utils is no package of this workspace'),
    expect.stringContaining('@llm-gateway/router is this package itself'),
  ])
})

test('finds a relative import that leaves the package', () => {
  expect(
    findings({
      'packages/gateway/src/lib/a.ts': "import '../../../router/src/index.ts'",
      'packages/gateway/src/lib/b.ts': "import '../index.ts'",
    }),
  ).toEqual([
    'packages/gateway/src/lib/a.ts:1: "../../../router/src/index.ts" leaves packages/gateway: import another package by its name',
  ])
})

test('finds import cycles, types included, once each', () => {
  expect(
    findings({
      'packages/router/src/a.ts': "import './b.ts'",
      'packages/router/src/b.ts': "import type { C } from './lib/c.ts'",
      'packages/router/src/lib/c.ts': "import '../a.ts'\nimport './leaf.ts'",
      'packages/router/src/lib/leaf.ts': 'export {}',
      'packages/converter/src/self.ts': "import './self.ts'",
      'packages/gateway/src/diamond.ts': "import './left.ts'\nimport './right.ts'",
      'packages/gateway/src/left.ts': "import './right.ts'",
      'packages/gateway/src/right.ts': 'export {}',
    }),
  ).toEqual([
    expect.stringContaining('packages/converter/src/self.ts -> packages/converter/src/self.ts.'),
    expect.stringContaining(
      'packages/router/src/a.ts -> packages/router/src/b.ts -> packages/router/src/lib/c.ts -> packages/router/src/a.ts.',
    ),
  ])
})

test.each([
  'process.env.HOME',
  "process['env']",
  'globalThis.process.env',
  'const { env } = process',
  "import { env } from 'node:process'",
])('finds the environment in a package: %s', (code) => {
  const found = findings({
    'packages/gateway/src/a.ts': code,
    'packages/gateway/src/a.test.ts': code,
    'apps/gateway-server/src/a.ts': code,
  })
  expect(found).toEqual([expect.stringMatching(/^packages\/gateway\/src\/a\.ts:1: process\.env is not for/)])
})

test('lets tests alone import the test kit, which imports nothing of the workspace', () => {
  expect(
    findings({
      'test-kit/dice.ts': "import { randomInt } from 'node:crypto'\nimport '../packages/router/src/index.ts'",
      'test-kit/kinds/account.ts': "import '../dice.ts'\nimport '@llm-gateway/router'",
      'packages/router/test/kit.ts': "import '../../../test-kit/dice.ts'",
      'packages/router/src/lib/a.test.ts': "import '../../../../test-kit/dice.ts'",
      'packages/router/src/lib/a.ts': "import '../../../../test-kit/dice.ts'",
    }),
  ).toEqual([
    'packages/router/src/lib/a.ts:1: "../../../../test-kit/dice.ts" is for tests only',
    'test-kit/dice.ts:2: "../packages/router/src/index.ts" leaves test-kit: import another package by its name',
    expect.stringMatching(/^test-kit\/kinds\/account\.ts:2: test-kit may not depend on packages\/router/),
  ])
})

test('leaves the environment to config and credentials', () => {
  expect(
    findings({
      'packages/config/package.json': manifest('config'),
      'packages/config/src/a.ts': 'export const a = process.env.HOME',
      'packages/credentials/package.json': manifest('credentials'),
      'packages/credentials/src/a.ts': 'export const a = process.env.HOME',
    }),
  ).toEqual([])
})

test.each(['Date.now()', 'new Date()', 'performance.now()', 'Math.random()'])(
  'keeps %s out of pure packages',
  (code) => {
    const calls = `export const a = (): unknown => ${code}`
    expect(findings({ 'packages/router/src/a.ts': calls })).toEqual([
      expect.stringContaining(`packages/router/src/a.ts:1: ${code} is not for packages/router`),
    ])
    expect(findings({ 'packages/router/src/a.test.ts': calls, 'packages/gateway/src/a.ts': calls })).toEqual([])
  },
)

test('lets a pure package name the real clock as a default, and read a date it was given', () => {
  expect(findings({ 'packages/router/src/a.ts': 'export const f = (now = Date.now) => new Date(now())' })).toEqual([])
})

test('keeps the console out of packages, not out of apps', () => {
  const code = "console.log('a')"
  expect(findings({ 'packages/router/src/a.ts': code, 'apps/gateway-server/src/a.ts': code })).toEqual([
    expect.stringContaining('packages/router/src/a.ts:1: console is not for packages/router'),
  ])
})

test('says which file it cannot read', () => {
  expect(findings({ 'packages/router/src/a.ts': 'const = 1' })).toEqual([
    expect.stringMatching(/^packages\/router\/src\/a\.ts: cannot be parsed/),
  ])
})
