import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MAX_FILE_LENGTH } from './parse.ts'
import { suggest } from './suggest.ts'

/** More than these are not looked at, and fewer are named: they only show that the name may be wrong. */
const MAX_READ = 50
const MAX_NAMED = 3

/** What only a gateway's file has at its outermost level, as YAML or as JSON. */
const ours = /^(?:[\s{]*["']?)(?:gateway_keys|upstream_accounts)["']?\s*:/m

/**
 * Why a file that somebody named and that is not there is rather a slip than a wish for a new one; undefined when nothing speaks
 * against making it. For people, as a clause with what to do.
 *
 * @param path where the file would be, links followed
 */
export async function mistyped(path: string): Promise<string | undefined> {
  const folder = dirname(path)
  const names = await readdir(folder).catch(() => undefined)
  if (names === undefined) {
    return `its folder is not there either: check the name, or make the folder to get a new file with the defaults`
  }
  const others = await configurationsIn(folder, names)
  if (others.length === 0) return undefined
  const meant = suggest(basename(path), others)
  if (meant !== undefined) return `did you mean ${meant}, beside it? For a new one, copy that`
  const more = others.length > MAX_NAMED ? ' and others' : ''
  return `beside it lies ${others.slice(0, MAX_NAMED).join(', ')}${more}: check the name, or copy one for a new file`
}

async function configurationsIn(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const likely = names.filter((name) => /\.(?:ya?ml|json)$/i.test(name)).sort()
  const found = await Promise.all(
    likely.slice(0, MAX_READ).map(async (name) => ((await isOurs(join(folder, name))) ? name : undefined)),
  )
  return found.filter((name) => name !== undefined)
}

async function isOurs(path: string): Promise<boolean> {
  try {
    const { size } = await stat(path)
    return size <= MAX_FILE_LENGTH && ours.test(await readFile(path, 'utf8'))
  } catch {
    return false
  }
}
