import { randomBytes } from 'node:crypto'
import * as disk from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** The part of `node:fs/promises` that saving needs; tests put a failing disk in its place. */
export type DiskPort = Pick<typeof disk, 'open' | 'rename' | 'rm' | 'stat'>

/**
 * Replaces a file as a whole, with the mode it had (600 where there was none): after a kill or on a full disk it holds either the
 * old or the new text. When it resolves, the new text is durable.
 */
export async function saveWhole(file: string, text: string, port: DiskPort = disk): Promise<void> {
  const mode = await port.stat(file).then(
    (found) => found.mode & 0o777,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return 0o600
      throw error
    },
  )
  const temporary = join(dirname(file), `${prefixOf(file)}${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    await writeFlushed(temporary, text, mode, port)
    await port.rename(temporary, file)
  } catch (error) {
    await port.rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
  await flushDirectory(dirname(file), port)
}

/** Removes what killed saves left beside the file; only while no save of it can be under way. */
export async function removeLeftovers(file: string): Promise<void> {
  const names = await disk.readdir(dirname(file)).catch(() => [])
  const left = names.filter((name) => name.startsWith(prefixOf(file)))
  await Promise.all(left.map((name) => disk.rm(join(dirname(file), name), { force: true }).catch(() => undefined)))
}

/** The system's name for an error, `ENOSPC` for instance. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error)
}

function prefixOf(file: string): string {
  return `.${basename(file)}.tmp-`
}

async function writeFlushed(path: string, text: string, mode: number, port: DiskPort): Promise<void> {
  const file = await port.open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.chmod(mode)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the rename itself durable. Windows opens no directories; elsewhere a failure is one of the disk. */
async function flushDirectory(path: string, port: DiskPort): Promise<void> {
  if (process.platform === 'win32') return
  const directory = await port.open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
