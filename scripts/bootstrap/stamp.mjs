import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The workspace's folders of packages, as pnpm-workspace.yaml lists them. */
const memberFolders = ['packages', 'apps']

/** What neither goes into a member's build nor comes out of it, as turbo.json has it. */
const outsideBuild = /^[^/]+\/[^/]+\/(node_modules|\.turbo|coverage|test|[^/]+\.md)$|\.test\.tsx?$/

/** Remembers, in a file, the state in which a step was last done, so that it is done again only when that changed. */
export class Stamp {
  #path
  #fingerprint

  /** @param {string} path @param {() => string} fingerprint */
  constructor(path, fingerprint) {
    this.#path = path
    this.#fingerprint = fingerprint
  }

  matches() {
    return existsSync(this.#path) && readFileSync(this.#path, 'utf8') === this.#fingerprint()
  }

  /**
   * Does the step. The old stamp goes first: a step that was cut short must not look done.
   * @param {() => Promise<void>} step
   */
  async renew(step) {
    rmSync(this.#path, { force: true })
    await step()
    writeFileSync(this.#path, this.#fingerprint())
  }
}

/** Everything `pnpm install` reads. @param {string} root @param {string} node The Node.js it runs with. */
export function installFingerprint(root, node) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${node}`)
  const files = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    ...members(root).map((m) => `${m}/package.json`),
  ]
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

/**
 * Everything the build reads and everything it wrote, by path, size and time: a few milliseconds, where asking turbo
 * takes most of a second. What it wrote is in it so that a `dist` that someone removed is built again.
 * @param {string} root
 */
export function buildFingerprint(root) {
  const hash = createHash('sha256')
  const shared = ['package.json', 'pnpm-lock.yaml', 'turbo.json', 'tsconfig.base.json', 'tsup.base.ts']
  for (const file of shared) addFile(hash, root, file)
  for (const member of members(root)) addFolder(hash, root, member)
  return hash.digest('hex')
}

/** @param {string} root */
function members(root) {
  return memberFolders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((member) => existsSync(join(root, member, 'package.json')))
    .sort()
}

/** @param {import('node:crypto').Hash} hash @param {string} root @param {string} folder */
function addFolder(hash, root, folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`
    if (outsideBuild.test(path)) continue
    if (entry.isDirectory()) addFolder(hash, root, path)
    else addFile(hash, root, path)
  }
}

/** @param {import('node:crypto').Hash} hash @param {string} root @param {string} file */
function addFile(hash, root, file) {
  const stat = statSync(join(root, file), { throwIfNoEntry: false })
  hash.update(stat ? `${file}\0${stat.size}\0${stat.mtimeMs}\0` : `${file}\0missing\0`)
}
