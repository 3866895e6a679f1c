import { chmod, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

const OTHERS = 0o077
const STICKY = 0o1000

/** Windows keeps access lists instead of modes, and opens no directories. */
export function hasModes(): boolean {
  return process.platform !== 'win32'
}

/** Whether a mode lets any user but the owner in. */
export function isOpen(mode: number): boolean {
  return hasModes() && (mode & OTHERS) !== 0
}

/** A mode as `chmod` takes it. */
export function octal(mode: number): string {
  return (mode & 0o777).toString(8)
}

/**
 * Sets the gateway's directory to mode 700 if other users can enter it, and says so. One that cannot or must not be closed is
 * only reported, since the files in it are 600 whatever its own mode is.
 */
export async function closeDirectory(path: string, warn: (message: string) => void): Promise<void> {
  const { mode, uid } = await stat(path)
  if (!isOpen(mode)) return
  const closed = isOwn(path, { mode, uid }, process.getuid?.()) && (await tryChmod(path, 0o700))
  warn(
    closed
      ? `the directory ${path} was open to other users (mode ${octal(mode)}): set to 700`
      : `the directory ${path} is open to other users (mode ${octal(mode)}): give the gateway a directory of its own, mode 700`,
  )
}

/**
 * Whether a directory is one user's own to close. Closing one that others live in (`/tmp`, `/etc`, another user's) would lock
 * them out, which a mistaken home directory must not do.
 */
export function isOwn(path: string, found: { mode: number; uid: number }, user: number | undefined): boolean {
  const parent = dirname(resolve(path))
  const topLevel = parent === dirname(parent)
  return found.uid === user && (found.mode & STICKY) === 0 && !topLevel
}

async function tryChmod(path: string, mode: number): Promise<boolean> {
  try {
    await chmod(path, mode)
    return true
  } catch {
    return false
  }
}
