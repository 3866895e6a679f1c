import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ConfigError, systemCode } from './error.ts'

/** How a file is saved. */
export interface SaveOptions {
  /** Permissions of a file that does not exist yet; an existing one keeps its own. Default `0o600`. */
  readonly mode?: number
}

/**
 * Replaces a file as a whole: after a crash, a kill or on a full disk it holds either the old or the new text.
 * The text goes to a new file in the same directory, is flushed, takes over mode and owner, and is renamed into place.
 * A symbolic link is followed, so that the link stays one.
 *
 * @throws {@link ConfigError} `SAVE_FAILED` with the system's error as its cause; the file is then unchanged.
 */
export async function saveAtomically(file: string, text: string, options: SaveOptions = {}): Promise<void> {
  try {
    const target = await resolveLinks(file)
    const before = await stat(target).catch(absent)
    const temp = join(dirname(target), `${tempPrefix(target)}${process.pid}-${randomBytes(6).toString('hex')}`)
    try {
      await writeFlushed(temp, text, before ?? { mode: options.mode ?? 0o600 })
      await rename(temp, target)
    } catch (error) {
      await rm(temp, { force: true }).catch(() => undefined)
      throw error
    }
    await flushDirectory(dirname(target))
  } catch (error) {
    const reason = systemCode(error) ?? 'unknown error'
    throw new ConfigError('SAVE_FAILED', `cannot save ${file}: ${diskReasons[reason] ?? reason}`, { cause: error })
  }
}

/** Removes what a killed save left beside the file. Only for the holder of the file's lock: no save is under way then. */
export async function removeOrphans(file: string): Promise<void> {
  const target = await resolveLinks(file)
  const prefix = tempPrefix(target)
  const names = await readdir(dirname(target)).catch(() => [])
  for (const name of names) {
    if (name.startsWith(prefix)) await rm(join(dirname(target), name), { force: true }).catch(() => undefined)
  }
}

/** Where a file really is, also when a link leads to one that does not exist yet. */
export async function resolveLinks(file: string): Promise<string> {
  const found = await realpath(file).catch(absent)
  if (found !== undefined) return found
  const link = await readlink(file).catch(() => undefined)
  return link === undefined ? resolve(file) : resolveLinks(resolve(dirname(file), link))
}

/** What the system's names for its failures mean for people who save a file. */
export const diskReasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full (ENOSPC)',
  EDQUOT: 'the disk quota is used up (EDQUOT)',
  EFBIG: 'it would be larger than files may get here, see `ulimit -f` (EFBIG)',
  EACCES: 'this user may not write there (EACCES)',
  EPERM: 'this user may not write there (EPERM)',
  EROFS: 'the file system is read-only (EROFS)',
  ENOENT: 'the directory does not exist (ENOENT)',
  EISDIR: 'it is a directory (EISDIR)',
  EIO: 'the disk reports an error (EIO)',
  ELOOP: 'its symbolic links lead in a circle (ELOOP)',
}

function tempPrefix(target: string): string {
  return `.${basename(target)}.tmp-`
}

async function writeFlushed(
  temp: string,
  text: string,
  like: { mode: number; uid?: number; gid?: number },
): Promise<void> {
  // Readable by nobody else until it has the old file's mode: it may hold credentials.
  const handle = await open(temp, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await keepOwner(handle, like)
    await handle.chmod(like.mode & 0o7777)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** An administrator's edit must not take the file away from the user the server runs as. */
async function keepOwner(handle: FileHandle, like: { uid?: number; gid?: number }): Promise<void> {
  if (like.uid === undefined || like.gid === undefined) return
  const own = await handle.stat()
  if (own.uid === like.uid && own.gid === like.gid) return
  // Only the superuser may give files away; for anyone else the new file belongs to the one who saved it.
  await handle.chown(like.uid, like.gid).catch(() => undefined)
}

/** Makes the rename itself durable, where the system can flush a directory. */
async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined)
  if (handle === undefined) return
  try {
    await handle.sync()
  } catch (error) {
    if (systemCode(error) === 'EIO') throw error
  } finally {
    await handle.close()
  }
}

function absent(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') throw error
  return undefined
}
