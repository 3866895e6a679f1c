import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { interrupted, run } from './child.mjs'
import { BootstrapError, log } from './error.mjs'

/**
 * @typedef {object} Pins scripts/toolchain.json
 * @property {Record<string, string>} node Per `platform-arch`, the npm package that holds the plain Node.js program.
 * @property {Record<string, string>} integrity Per `name@version`, what `npm view name@version dist.integrity` says.
 *
 * @typedef {Record<string, { version: string, integrity?: string }>} Installed `packages` of npm's hidden lockfile.
 */

const windows = process.platform === 'win32'
const abandonedAfterMs = 60 * 60 * 1000

/**
 * @param {string} version As `process.version` has it.
 * @param {string} range `^a.b.c` and `>=a.b.c`, joined by `||`: all that `engines.node` uses.
 */
export function satisfies(version, range) {
  const [major = 0, minor = 0, patch = 0] = version.replace(/^v/, '').split(/[.-]/).map(Number)
  return range.split('||').some((part) => {
    const match = /^\s*(\^|>=)(\d+)\.(\d+)\.(\d+)\s*$/.exec(part)
    if (!match) throw new BootstrapError(`engines.node of package.json has "${part.trim()}"; write ^a.b.c or >=a.b.c`)
    const [floorMajor = 0, floorMinor = 0, floorPatch = 0] = match.slice(2).map(Number)
    if (major !== floorMajor) return match[1] === '>=' && major > floorMajor
    return minor > floorMinor || (minor === floorMinor && patch >= floorPatch)
  })
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv} the environment less what npm says of the script it runs: a second npm or pnpm would
 * take it for its own, and work in the wrong project.
 */
export function withoutNpmVariables(env) {
  const ofTheScript =
    /^npm_(package_|lifecycle_|command$|execpath$|node_execpath$|config_(prefix|local_prefix|global|workspace|workspaces|ignore_workspace_root_check)$)/i
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ofTheScript.test(name)))
}

/**
 * @param {{ toolchain: string, pins: Pins, range: string }} options
 * @returns {Promise<string>} the Node.js program to use: the running one if it is new enough, else the pinned one.
 */
export async function findNode({ toolchain, pins, range }) {
  if (satisfies(process.version, range) && process.env.GATEWAY_BOOTSTRAP_NODE !== 'pinned') return process.execPath
  const platform = `${process.platform}-${process.arch}`
  const byHand = `Node.js ${process.version} is too old here: install one that satisfies "${range}" and run this again`
  const id = pins.node[platform]
  if (!id) throw new BootstrapError(`no Node.js is pinned for ${platform}. ${byHand}`)
  const name = id.slice(0, id.lastIndexOf('@'))
  const folder = await installTool({ toolchain, pins, id })
  const node = join(folder, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node')
  if (spawnSync(node, ['-v']).status !== 0) throw new BootstrapError(`${node} does not run on this machine. ${byHand}`)
  return node
}

/**
 * The pinned pnpm, even where one is on PATH already: a version manager's shim or a half-installed launcher answers to
 * the name, but turbo cannot run it. From 12 on pnpm is a native program in a package of its own per platform.
 * @param {{ toolchain: string, pins: Pins, version: string }} options
 * @returns {Promise<string>} the folder to put on PATH
 */
export async function findPnpm({ toolchain, pins, version }) {
  const name = `@pnpm/exe.${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`
  return join(await installTool({ toolchain, pins, id: `${name}@${version}` }), 'node_modules', name)
}

function isMusl() {
  if (process.platform !== 'linux') return false
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport())
  return !header.glibcVersionRuntime
}

/**
 * Installs one exact package of the npm registry into a folder of its own and checks it against its pin. It is made
 * aside and renamed when complete, so a run that is cut short leaves nothing half-done and two at once do no harm.
 * @param {{ toolchain: string, pins: Pins, id: string }} options `id` is `name@version`.
 * @returns {Promise<string>} the folder
 */
export async function installTool({ toolchain, pins, id }) {
  const folder = join(toolchain, id.replace('/', '+'))
  if (existsSync(join(folder, '.ok'))) return folder
  log(`installing ${id} from the npm registry (once) ...`)
  const aside = `${folder}.tmp-${process.pid}`
  removeAbandoned(toolchain)
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(aside, { recursive: true })
  try {
    writeFileSync(join(aside, 'package.json'), '{"private":true}\n')
    await npmInstall(id, aside)
    const hiddenLockfile = readFileSync(join(aside, 'node_modules/.package-lock.json'), 'utf8')
    checkIntegrity(/** @type {{ packages: Installed }} */ (JSON.parse(hiddenLockfile)).packages, pins)
    writeFileSync(join(aside, '.ok'), '')
    moveTo(folder, aside)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
  return folder
}

/** @param {string} folder @param {string} aside */
function moveTo(folder, aside) {
  try {
    renameSync(aside, folder)
  } catch {
    // Another run was first: its copy passed the same check.
    if (existsSync(join(folder, '.ok'))) return
    throw new BootstrapError(`${folder} is in the way and incomplete; remove it and run this again`)
  }
}

/** What killed runs left behind. @param {string} toolchain */
function removeAbandoned(toolchain) {
  if (!existsSync(toolchain)) return
  for (const name of readdirSync(toolchain).filter((entry) => entry.includes('.tmp-'))) {
    const path = join(toolchain, name)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat && Date.now() - stat.mtimeMs > abandonedAfterMs) rmSync(path, { recursive: true, force: true })
  }
}

/**
 * @param {Installed} installed
 * @param {Pins} pins
 */
export function checkIntegrity(installed, pins) {
  for (const [path, { version, integrity }] of Object.entries(installed)) {
    const id = `${path.replace(/^.*node_modules\//, '')}@${version}`
    const pin = pins.integrity[id]
    if (pin === undefined) log(`${id} has no pinned hash for this platform: taking what the registry vouches for`)
    else if (integrity !== pin) {
      throw new BootstrapError(
        `${id} is not what scripts/toolchain.json pins (got ${integrity}, want ${pin}): nothing of it was run. ` +
          'Find out why your registry serves another package before you go on',
      )
    }
  }
}

/** @param {string} id @param {string} cwd */
async function npmInstall(id, cwd) {
  const args = ['install', id, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
  args.push('--loglevel=error', '--prefer-offline')
  const env = withoutNpmVariables(process.env)
  const npmCli = process.env.npm_execpath
  // Started by npm we use that npm; otherwise the one on PATH, which on Windows is a .cmd file.
  const { code, output } =
    npmCli && /npm-cli\.[cm]?js$/.test(npmCli)
      ? await run(process.execPath, [npmCli, ...args], { cwd, env, capture: true })
      : await run(windows ? 'npm.cmd' : 'npm', args, { cwd, env: withOwnNode(env), capture: true, shell: windows })
  if (interrupted()) throw new BootstrapError(`stopped while installing ${id}`, interrupted())
  if (code === 0) return
  process.stderr.write(output)
  throw new BootstrapError(`npm could not install ${id} (exit code ${code}); is the npm registry reachable?`, code)
}

/** npm beside the running Node.js goes before any other. @param {NodeJS.ProcessEnv} env */
const withOwnNode = (env) => ({ ...env, PATH: [dirname(process.execPath), env.PATH].join(delimiter) })
