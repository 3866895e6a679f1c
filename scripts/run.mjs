#!/usr/bin/env node
// Runs a task of this repository on a machine that has only Node.js (any version >= 18 starts this file) and npm:
// brings the pinned Node.js and pnpm, installs, builds, then hands over. Nothing is downloaded twice, and a warm
// start asks no registry. Messages go to stderr, so stdout belongs to the task.
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { interrupted, run } from './bootstrap/child.mjs'
import { BootstrapError, log } from './bootstrap/error.mjs'
import { withLock } from './bootstrap/lock.mjs'
import { buildFingerprint, installFingerprint, Stamp } from './bootstrap/stamp.mjs'
import { findNode, findPnpm, withoutNpmVariables } from './bootstrap/toolchain.mjs'

const usage = `usage: node scripts/run.mjs TASK [ARGS]
  start [ARGS]         build what changed and run the server
  cli [ARGS]           build what changed and run the llm-gateway command
  test [ARGS]          build what changed and run every test (ARGS as vitest takes them)
  setup                bring Node.js and pnpm, install the dependencies anew
  build                build everything anew
  exec COMMAND [ARGS]  run a command with the toolchain on PATH
  SCRIPT [ARGS]        run that script of the root package.json
`

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const toolchain = process.env.GATEWAY_TOOLCHAIN_DIR || join(root, '.toolchain')
/** @typedef {{ packageManager: string, engines: { node: string }, scripts: Record<string, string> }} Manifest */
const manifest = /** @type {Manifest} */ (readJson('package.json'))
const pins = /** @type {import('./bootstrap/toolchain.mjs').Pins} */ (readJson('scripts/toolchain.json'))
const pnpmVersion = manifest.packageManager.slice('pnpm@'.length)

/** Where the person typed the command: npm moves to the root and leaves the place in INIT_CWD. */
const typedIn = process.env.INIT_CWD || process.cwd()

const node = await findNode({ toolchain, pins, range: manifest.engines.node }).catch(stop)
const env = {
  ...withoutNpmVariables(process.env),
  PATH: [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
  npm_config_verify_deps_before_run: 'false',
  TURBO_TELEMETRY_DISABLED: '1',
  // One malloc arena for all threads of the server: a tenth less memory while many streams are open.
  MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '1',
  DO_NOT_TRACK: '1',
  // What a person types here for the command, which is on no PATH.
  LLM_GATEWAY_COMMAND: './llm-gateway',
}

/** Puts pnpm on PATH. Only what needs it asks for it: a warm start does not. */
let pnpmReady = false
async function ensurePnpm() {
  if (pnpmReady) return
  env.PATH = [await findPnpm({ toolchain, pins, version: pnpmVersion }), env.PATH].join(delimiter)
  pnpmReady = true
}

/**
 * Runs one step of the preparation; its output is shown only when it fails.
 * @param {string} what @param {string[]} args
 */
async function step(what, args) {
  await ensurePnpm()
  log(`${what} ...`)
  const { code, output } = await run('pnpm', args, { cwd: root, env, capture: true })
  if (interrupted()) throw new BootstrapError(`stopped while ${what}`, interrupted())
  if (code === 0) return
  process.stderr.write(output)
  throw new BootstrapError(`${what} failed (exit code ${code}); its output is above`, code)
}

const install = () =>
  // minimumReleaseAge guards what a maintainer resolves. Checked again on a committed lockfile, it would ask the
  // registry about every entry.
  step('installing dependencies', [
    'install',
    '--frozen-lockfile',
    '--prefer-offline',
    '--config.minimumReleaseAge=0',
    '--config.production=false',
  ])
const build = () => step('building', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'])

const installStamp = new Stamp(join(root, 'node_modules/.bootstrap-install'), () =>
  installFingerprint(root, `${process.version} ${node}`),
)
const buildStamp = new Stamp(join(root, 'node_modules/.bootstrap-build'), () => buildFingerprint(root))

/**
 * Brings the tree up to date with its sources. Two runs at once take turns, and the second finds nothing left to do.
 * @param {{ built: boolean }} wanted
 */
async function prepare({ built }) {
  const ready = () => installStamp.matches() && (!built || buildStamp.matches())
  if (ready()) return
  await alone(async () => {
    if (!installStamp.matches()) await installStamp.renew(install)
    if (built && !buildStamp.matches()) await buildStamp.renew(build)
  })
}

/** @param {() => Promise<void>} work What no second run may do in this folder at the same time. */
const alone = (work) => withLock(join(root, '.toolchain/lock'), work)

/**
 * The last step: the task owns the terminal, and its exit code is ours.
 * @param {string} command @param {string[]} args @param {string} [cwd]
 */
async function handOver(command, args, cwd = typedIn) {
  const { code } = await run(command, args, { cwd, env })
  process.exit(code)
}

/** @param {string[]} args */
async function start(args) {
  await prepare({ built: true })
  const main = join(root, 'apps/gateway-server/dist/main.js')
  if (!existsSync(main))
    throw new BootstrapError(`the build left no ${main}; run "node scripts/run.mjs exec turbo run build --force"`)
  await handOver(node, [main, ...args])
}

/** @param {string[]} args */
async function cli(args) {
  await prepare({ built: true })
  await handOver(node, [join(root, 'apps/gateway-cli/bin/llm-gateway.mjs'), ...args])
}

/** @param {string[]} args */
async function test(args) {
  await prepare({ built: true })
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const summary = join(root, 'scripts/summary-reporter.mjs')
  await handOver(node, [vitest, 'run', '--root', root, '--reporter=default', `--reporter=${summary}`, ...args])
}

/** @param {string[]} args What to run through pnpm, once the dependencies are there. */
async function throughPnpm(args, cwd = typedIn) {
  await prepare({ built: false })
  await ensurePnpm()
  await handOver('pnpm', args, cwd)
}

async function setup() {
  await alone(() => installStamp.renew(install))
  log('the dependencies are installed')
}

async function rebuild() {
  await prepare({ built: false })
  await alone(() => buildStamp.renew(build))
  log('everything is built')
}

/** @type {Record<string, (args: string[]) => Promise<void>>} */
const tasks = {
  start,
  cli,
  test,
  setup,
  build: rebuild,
  exec: (args) => throughPnpm(['exec', ...args]),
}

/** @param {string} [task] @param {string[]} args */
async function main(task, ...args) {
  if (task === undefined || task === 'help' || task === '--help') return void process.stdout.write(usage)
  if (Object.hasOwn(tasks, task)) return tasks[task]?.(args)
  if (Object.hasOwn(manifest.scripts, task)) return throughPnpm(['run', task, ...args], root)
  process.stderr.write(usage)
  throw new BootstrapError(`no task and no script of package.json is called "${task}"`, 2)
}

/**
 * @param {string} path
 * @returns {unknown}
 */
function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function stop(error) {
  const expected = error instanceof BootstrapError
  // A system error (a full disk, a folder that may not be written) says enough in its message; a bug shows its stack.
  const plain = expected || (error instanceof Error && 'syscall' in error)
  log(plain ? error.message : String(error instanceof Error ? error.stack : error))
  process.exit(expected ? error.exitCode : 1)
}

await main(...process.argv.slice(2)).catch(stop)
