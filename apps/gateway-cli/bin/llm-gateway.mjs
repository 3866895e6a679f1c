#!/usr/bin/env node
// Plain JavaScript that any Node.js can read: it tells an old one what to do instead of failing inside the bundle,
// and answers --version without loading it.
import { existsSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const [argument, ...rest] = process.argv.slice(2)
const bundle = new URL('../dist/cli.js', import.meta.url)

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `llm-gateway needs Node.js 22.19 or newer; this is ${process.versions.node}.\n` +
      'Try: npx --package=node@24 --package=@llm-gateway/cli -- llm-gateway\n',
  )
  process.exitCode = 1
} else if ((argument === '--version' || argument === '-v') && rest.length === 0) {
  const manifest = /** @type {{ version: string }} */ (
    JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  )
  process.stdout.write(`${manifest.version}\n`)
} else if (existsSync(bundle)) {
  keepCompiled()
  await import(bundle.href)
} else {
  process.stderr.write('llm-gateway is not built: run "node scripts/run.mjs build" in the repository first.\n')
  process.exitCode = 1
}

/** As the server's own entry does (`gateway-server/src/lib/compile-cache.ts`, which says why): importing that would load it first. */
function keepCompiled() {
  const { NODE_COMPILE_CACHE: own, XDG_CACHE_HOME: cache = '' } = process.env
  if (own !== undefined) module.enableCompileCache?.()
  else if (isAbsolute(cache) && existsSync(cache)) module.enableCompileCache?.(join(cache, 'llm-gateway'))
  else if (isAbsolute(ownHome()) && existsSync(ownHome())) {
    module.enableCompileCache?.(join(ownHome(), '.cache', 'llm-gateway'))
  }
}

function ownHome() {
  try {
    return homedir()
  } catch {
    return ''
  }
}
