import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigEditor } from './edit.ts'
import { ConfigError, systemCode } from './error.ts'
import type { Issue, IssueCode } from './issue.ts'
import { type LoadOptions, type LoadResult, loadConfig } from './load.ts'
import { withLock } from './lock.ts'
import { mistyped } from './mistyped.ts'
import { removeOrphans, resolveLinks, saveAtomically } from './save.ts'
import type { GatewayConfig } from './schema.ts'
import { defaultConfigText } from './starter.ts'

/** How a file is read and edited. */
export interface ConfigFileOptions extends LoadOptions {
  /** How long an edit waits for another process that edits the file. Default 5 s. */
  readonly lockWaitMs?: number
}

/** A file as it was at one moment. */
export interface FileSnapshot {
  /** Empty when the file could not be read; `result` then says why. */
  readonly text: string
  readonly result: LoadResult
  /** Changes with every byte of the file: what a client sends back to prove which version it edited. */
  readonly version: string
}

/** What became of an edit. */
export type EditResult =
  | {
      readonly ok: true
      readonly config: GatewayConfig
      readonly warnings: readonly Issue[]
      readonly text: string
      readonly version: string
      /** False when the edit left the file as it was. */
      readonly changed: boolean
    }
  /** The result would not be a valid configuration, or the file is none; nothing was written. */
  | { readonly ok: false; readonly reason: 'invalid'; readonly issues: readonly Issue[]; readonly text: string }
  /** The file is no longer at the version the edit was meant for; nothing was written. */
  | { readonly ok: false; readonly reason: 'conflict'; readonly version: string }

/** An editor that is not of our kind ignores the lock; after so many changes under our hands we give up. */
const MAX_ATTEMPTS = 20

/**
 * A configuration file on disk, shared with other processes and with people's editors.
 *
 * @example
 * const file = await ConfigFile.open(configFile, { env: process.env })
 * await file.ensure()
 * await file.edit((editor) => editor.updateKey('gw_1', { status: 'disabled' }))
 */
export class ConfigFile {
  readonly path: string
  readonly #options: ConfigFileOptions
  /** Edits of this process queue here; the lock file is for the other processes. */
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(path: string, options: ConfigFileOptions) {
    this.path = path
    this.#options = options
  }

  /** Opens a file, which need not exist yet, and clears away what a killed save left beside it. */
  static async open(path: string, options: ConfigFileOptions = {}): Promise<ConfigFile> {
    const target = await resolveLinks(path).catch(() => path)
    // A read-only directory holds nothing to clear; a busy one will be cleared next time.
    await withLock(target, () => removeOrphans(target), { waitMs: 0 }).catch(() => undefined)
    return new ConfigFile(path, options)
  }

  /** Reads the file as it is at this moment. A file that is missing or unreadable is a result with an issue. */
  read(): FileSnapshot {
    let bytes: Uint8Array
    try {
      bytes = readFileSync(this.path)
    } catch (error) {
      return { text: '', version: '', result: unreadable('unreadable-file', `cannot be read: ${reasonOf(error)}`) }
    }
    const version = createHash('sha256').update(bytes).digest('hex')
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
      return { text, version, result: loadConfig(text, this.#options) }
    } catch {
      return { text: '', version, result: unreadable('not-text', 'the file is not UTF-8 text') }
    }
  }

  /**
   * Changes the file: locks it, reads it anew, applies the change, validates the result and saves it atomically. An
   * edit that would make the file invalid is not written. When someone else changes the file meanwhile, the change is
   * applied again to the new text, so `change` may run more than once.
   *
   * @param expected Only edit this version of the file.
   * @throws {@link ConfigError} when the file cannot be locked or saved, or `change` names an entry that is not there.
   */
  edit(change: (editor: ConfigEditor) => void, expected?: string): Promise<EditResult> {
    const run = async (): Promise<EditResult> => {
      const target = await resolveLinks(this.path)
      const options = this.#options.lockWaitMs === undefined ? {} : { waitMs: this.#options.lockWaitMs }
      return withLock(target, () => this.#editLocked(change, expected), options)
    }
    const result = this.#queue.then(run, run)
    this.#queue = result.catch(() => undefined)
    return result
  }

  /**
   * Writes the starter file where there is none: readable by its owner only, in a directory of the same kind.
   *
   * @param options.named Somebody wrote out where the file is ({@link isNamed}), and may have mistyped it: where its folder
   * is missing too, or another configuration lies beside it, none is made. Default false.
   * @returns Whether it was written.
   * @throws {@link ConfigError} `NOT_FOUND` when the name looks mistyped, `SAVE_FAILED` when the file cannot be written.
   */
  async ensure({ named = false }: { readonly named?: boolean } = {}): Promise<boolean> {
    if (await exists(this.path)) return false
    const target = await resolveLinks(this.path)
    const doubt = named ? await mistyped(target) : undefined
    if (doubt !== undefined) throw new ConfigError('NOT_FOUND', `there is no configuration file ${this.path}: ${doubt}`)
    try {
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    } catch (error) {
      throw new ConfigError('SAVE_FAILED', `cannot make ${dirname(target)}: ${reasonOf(error)}`, { cause: error })
    }
    return withLock(target, async () => {
      if (await exists(target)) return false
      await saveAtomically(target, defaultConfigText())
      return true
    })
  }

  async #editLocked(change: (editor: ConfigEditor) => void, expected: string | undefined): Promise<EditResult> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const before = this.read()
      if (expected !== undefined && before.version !== expected) {
        return { ok: false, reason: 'conflict', version: before.version }
      }
      const text = edited(before, change, this.#options)
      if (text === undefined) {
        const issues = before.result.ok ? [] : before.result.issues
        return { ok: false, reason: 'invalid', issues, text: before.text }
      }
      const result = loadConfig(text, this.#options)
      if (!result.ok) return { ok: false, reason: 'invalid', issues: result.issues, text }
      const version = createHash('sha256').update(text).digest('hex')
      const done = { ok: true, config: result.config, warnings: result.warnings, text, version } as const
      if (text === before.text) return { ...done, changed: false }
      if (this.read().version !== before.version) continue
      await saveAtomically(this.path, text)
      return { ...done, changed: true }
    }
    throw new ConfigError('BUSY', `${this.path} keeps changing; close the program that writes it and try again`)
  }
}

/** The text after the change, or undefined when the file is so wrong that there is nothing to change. */
function edited(
  before: FileSnapshot,
  change: (editor: ConfigEditor) => void,
  options: LoadOptions,
): string | undefined {
  if (before.text === '') return undefined
  try {
    const editor = new ConfigEditor(before.text, options.env)
    change(editor)
    return editor.toString()
  } catch (error) {
    const unsupported = error instanceof ConfigError && error.code === 'EDIT_UNSUPPORTED'
    if (unsupported && !before.result.ok) return undefined
    throw error
  }
}

function unreadable(code: IssueCode, message: string): LoadResult {
  return { ok: false, issues: [{ severity: 'error', code, path: '', message, line: 1, column: 1 }] }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    // Only what is certainly not there may be written.
    return systemCode(error) !== 'ENOENT'
  }
}

function reasonOf(error: unknown): string {
  const code = systemCode(error) ?? 'unknown error'
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EISDIR') return 'it is a folder, not a file'
  if (code === 'ENOTDIR') return 'a part of its path is a file, not a folder'
  if (code === 'EACCES' || code === 'EPERM') return `this user may not (${code})`
  return code
}
