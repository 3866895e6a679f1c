// The container's first program. Docker makes the host's side of a volume as root, and `docker exec` runs as root:
// the gateway itself never does. It also answers the image's health check, which must not load the whole command.
import { chownSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The user "node" of Node's images, and its group. */
const uid = 1000
const gid = 1000
const home = process.env.LLM_GATEWAY_HOME ?? '/app/config'

/**
 * Gives what root owns below a folder to the gateway's user. Links are not followed: they may lead out of the volume.
 *
 * @param {string} path
 */
function giveAway(path) {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return
  if (stat.uid === 0) chownSync(path, uid, gid)
  if (stat.isDirectory()) for (const name of readdirSync(path)) giveAway(join(path, name))
}

/** @param {unknown} cause */
const reason = (cause) => (cause instanceof Error ? cause.message : String(cause))

function becomeUser() {
  if (process.getuid?.() !== 0) return
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    giveAway(home)
  } catch (cause) {
    // A read-only volume can be served from; whether it must be written to is for the command to find out.
    process.stderr.write(`llm-gateway: ${home} stays as it is: ${reason(cause)}\n`)
  }
  try {
    process.setgroups?.([gid])
    process.setgid?.(gid)
    process.setuid?.(uid)
  } catch (cause) {
    process.stderr.write(
      `llm-gateway: cannot become user ${uid} (${reason(cause)}): allow the capabilities SETUID and SETGID, ` +
        `or start the container with --user ${uid}:${gid}\n`,
    )
    process.exit(1)
  }
  process.env.HOME = home
}

/** Whether the server of this container answers, by the address it wrote down. */
async function check() {
  try {
    const { url } = /** @type {{ url: string }} */ (JSON.parse(readFileSync(join(home, 'run', 'server.json'), 'utf8')))
    const answer = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(4_000) })
    process.exitCode = answer.ok ? 0 : 1
  } catch (cause) {
    process.stderr.write(`the gateway does not answer: ${reason(cause)}\n`)
    process.exitCode = 1
  }
}

if (process.argv[2] === '--check') {
  await check()
} else {
  becomeUser()
  // Beside this file in the image.
  await import(new URL('./cli/bin/llm-gateway.mjs', import.meta.url).href)
}
