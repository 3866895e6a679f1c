import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * Has Node keep what it compiles from one start to the next, a fifth of a start's work. In the user's own cache directory rather than
 * where Node would (a directory for temporary files, which others may have filled before); where that cannot be written nothing is
 * kept and nothing fails. `NODE_COMPILE_CACHE` names another directory, `NODE_DISABLE_COMPILE_CACHE=1` switches it off.
 *
 * https://nodejs.org/api/module.html#module-compile-cache
 */
export function keepCompiled(): void {
  const { NODE_COMPILE_CACHE: own, XDG_CACHE_HOME: cache = '' } = process.env
  const home = ownHome()
  // Node makes every directory on the way; where there is no home it must not make one.
  if (own !== undefined) enableCompileCache()
  else if (isAbsolute(cache) && existsSync(cache)) enableCompileCache(join(cache, 'llm-gateway'))
  else if (isAbsolute(home) && existsSync(home)) enableCompileCache(join(home, '.cache', 'llm-gateway'))
}

/** What `userHome` of the configuration would say but for an empty `HOME`; importing that here would load it before it can be kept. */
function ownHome(): string {
  try {
    return homedir()
  } catch {
    // A user without an account, and no HOME.
    return ''
  }
}
