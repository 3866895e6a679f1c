import type { DatabaseSync } from 'node:sqlite'

type Sqlite = typeof import('node:sqlite')

let loaded: Sqlite | undefined

/**
 * `node:sqlite`, loaded when first needed. Node 22 says on standard error that it is experimental: nothing the users of a gateway
 * could act on.
 */
export function sqlite(): Sqlite {
  if (loaded) return loaded
  const emitWarning = process.emitWarning.bind(process) as (...told: unknown[]) => void
  const quiet = (...told: unknown[]): void => {
    if (!String(told[0]).includes('SQLite')) emitWarning(...told)
  }
  Object.defineProperty(process, 'emitWarning', { value: quiet, configurable: true, writable: true })
  try {
    loaded = process.getBuiltinModule('node:sqlite')
    return loaded
  } finally {
    Object.defineProperty(process, 'emitWarning', { value: emitWarning, configurable: true, writable: true })
  }
}

/** Runs `task` as one transaction: all of it, or nothing when it throws or its result is not to be kept. */
export function transaction<T>(db: DatabaseSync, task: () => T, keep: (result: T) => boolean = () => true): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = task()
    db.exec(keep(result) ? 'COMMIT' : 'ROLLBACK')
    return result
  } catch (cause) {
    // A full disk rolls back by itself, and there is nothing left to roll back then.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw cause
  }
}

/** The primary result code of an SQLite error, such as 5 for "locked"; undefined of any other. */
export function sqliteCode(cause: unknown): number | undefined {
  if (!(cause instanceof Error) || !('errcode' in cause) || typeof cause.errcode !== 'number') return undefined
  return cause.errcode & 0xff
}

/** https://www.sqlite.org/rescode.html */
export const sqliteCodes = { busy: 5, locked: 6, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const
