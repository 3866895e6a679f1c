import { globSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import { findCycles } from './cycles.mjs'
import { readSource } from './source.mjs'
import { allowedEdges, allowedInTests, bans, covers, rowOf, testKit } from './table.mjs'

/**
 * @typedef {object} Member A package or app of the workspace.
 * @property {string} folder `packages/router`
 * @property {string} name `@llm-gateway/router`
 * @property {Record<string, string>} dependencies What it ships with.
 * @property {Record<string, string>} devDependencies What only its build and tests have.
 *
 * @typedef {{ path: string, isTest: boolean, source: import('./source.mjs').Source }} File
 * @typedef {{ at: string, message: string }} Finding `at` is `path` or `path:line`.
 */

const scope = '@llm-gateway/'

/**
 * Checks the rules of scripts/boundaries/table.mjs, and that no files of a package import each other in a circle.
 * @param {string} root
 * @returns {{ members: number, files: number, findings: Finding[] }}
 */
export function checkBoundaries(root) {
  const members = readMembers(root)
  let files = 0
  const kit = { folder: testKit, name: testKit, dependencies: {}, devDependencies: {} }
  const findings = [...members, kit].flatMap((member) => {
    const { sources, unreadable } = readFiles(root, member)
    files += sources.length
    return [
      ...unreadable,
      ...checkManifest(member, members),
      ...sources.flatMap((file) => [...checkImports(file, member, members), ...checkBans(file, member)]),
      ...checkCycles(sources),
    ]
  })
  return { members: members.length, files, findings }
}

/** @typedef {{ name: string } & Partial<Record<`${'d' | 'devD' | 'peerD' | 'optionalD'}ependencies`, Record<string, string>>>} Manifest */

/** @param {string} root @returns {Member[]} */
function readMembers(root) {
  return glob(root, '{packages,apps}/*/package.json').map((path) => {
    const manifest = /** @type {Manifest} */ (JSON.parse(readFileSync(join(root, path), 'utf8')))
    const { name, dependencies, peerDependencies, optionalDependencies, devDependencies } = manifest
    return {
      folder: posix.dirname(path),
      name,
      dependencies: { ...dependencies, ...peerDependencies, ...optionalDependencies },
      devDependencies: { ...devDependencies },
    }
  })
}

/** @param {string} root @param {Member} member */
function readFiles(root, { folder }) {
  /** @type {File[]} */
  const sources = []
  /** @type {Finding[]} */
  const unreadable = []
  const folders = folder === testKit ? folder : `${folder}/{src,test,bin}`
  for (const path of glob(root, `${folders}/**/*.{ts,tsx,mts,js,mjs}`)) {
    const isTest = /\.test\.tsx?$/.test(path) || path.startsWith(`${folder}/test/`)
    try {
      sources.push({ path, isTest, source: readSource(path, readFileSync(join(root, path), 'utf8')) })
    } catch (error) {
      unreadable.push({ at: path, message: `cannot be parsed: ${String(error)}` })
    }
  }
  return { sources, unreadable }
}

/** @param {string} root @param {string} pattern */
const glob = (root, pattern) =>
  globSync(pattern, { cwd: root })
    .map((path) => path.split(sep).join('/'))
    .sort()

/** @param {Member} member @param {Member[]} members @returns {Finding[]} */
function checkManifest(member, members) {
  const at = `${member.folder}/package.json`
  /** @param {Record<string, string>} dependencies @param {boolean} inTests */
  const check = (dependencies, inTests) =>
    Object.keys(dependencies)
      .filter((name) => name.startsWith(scope))
      .map((name) => forbidden(member, name, members, inTests))
      .filter((message) => message !== undefined)
      .map((message) => ({ at, message }))
  return [...check(member.dependencies, false), ...check(member.devDependencies, true)]
}

/** @param {File} file @param {Member} member @param {Member[]} members @returns {Finding[]} */
function checkImports(file, member, members) {
  return file.source.imports.flatMap(({ text, line }) => {
    const message = text.startsWith(scope)
      ? (forbidden(member, packageOf(text), members, file.isTest) ?? undeclared(member, packageOf(text), file.isTest))
      : escaped(file, text, member)
    return message === undefined ? [] : [{ at: `${file.path}:${line}`, message }]
  })
}

/** @param {string} specifier `@llm-gateway/config/edit` is of `@llm-gateway/config`. */
const packageOf = (specifier) => specifier.split('/').slice(0, 2).join('/')

/**
 * @param {Member} member @param {string} name @param {Member[]} members @param {boolean} inTests
 * @returns {string | undefined} why the member may not depend on that package
 */
function forbidden(member, name, members, inTests) {
  const target = members.find((other) => other.name === name)?.folder
  if (target === undefined) return `${name} is no package of this workspace`
  if (target === member.folder) return `${name} is this package itself: import the file by its relative path`
  const allowed = [...rowOf(allowedEdges, member.folder), ...(inTests ? rowOf(allowedInTests, member.folder) : [])]
  if (covers(allowed, target)) return undefined
  const may = allowed.length > 0 ? `it may import ${allowed.join(', ')}` : 'it imports no sibling'
  return `${member.folder} may not depend on ${target}: ${may} (scripts/boundaries/table.mjs). Declare a port for what is needed, and let an app fit the two together`
}

/** @param {Member} member @param {string} name @param {boolean} isTest */
function undeclared(member, name, isTest) {
  // An app may bundle what it imports; a package's users install what it imports.
  const fromDev = isTest || member.folder.startsWith('apps/')
  if (name in member.dependencies || (fromDev && name in member.devDependencies)) return undefined
  return `${name} is not in the ${fromDev ? 'dependencies or devDependencies' : 'dependencies'} of ${member.folder}/package.json`
}

/** @param {File} file @param {string} specifier @param {Member} member */
function escaped({ path, isTest }, specifier, member) {
  if (!isRelative(specifier)) return undefined
  const target = resolve(path, specifier)
  if (target.startsWith(`${member.folder}/`)) return undefined
  if (target.startsWith(`${testKit}/`)) return isTest ? undefined : `"${specifier}" is for tests only`
  return `"${specifier}" leaves ${member.folder}: import another package by its name`
}

/** @param {string} path @param {string} specifier */
const resolve = (path, specifier) => posix.join(posix.dirname(path), specifier)

/** @param {File} file @param {Member} member @returns {Finding[]} */
function checkBans(file, { folder }) {
  if (file.isTest) return []
  return bans
    .filter((ban) => covers(ban.in, folder) && !covers(ban.except ?? [], folder) && !ban.except?.includes(file.path))
    .flatMap((ban) => {
      const lines = file.source.names.filter(({ text }) => isOf(ban.name, text)).map(({ line }) => line)
      return [...new Set(lines)].map((line) => ({
        at: `${file.path}:${line}`,
        message: `${ban.name} is not for ${folder}: ${ban.why}`,
      }))
    })
}

/** `console.log` is of `console`. @param {string} name @param {string} text */
const isOf = (name, text) => text === name || text.startsWith(`${name}.`)

/** @param {File[]} files @returns {Finding[]} */
function checkCycles(files) {
  const graph = new Map(
    files.map(({ path, source }) => [
      path,
      source.imports
        .map(({ text }) => text)
        .filter(isRelative)
        .map((text) => resolve(path, text)),
    ]),
  )
  return findCycles(graph).map((cycle) => ({
    at: cycle[0] ?? '',
    message: `imports itself, types included: ${cycle.join(' -> ')}. Move what they share into a file that imports neither`,
  }))
}

/** @param {string} specifier */
const isRelative = (specifier) => specifier.startsWith('.')
