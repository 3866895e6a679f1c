import { randomBytes } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import { userHome } from '@llm-gateway/config'
import type { KeychainPort } from '@llm-gateway/credentials'
import { systemKeychain } from '@llm-gateway/server'

/** Where answers come from: a terminal, a pipe or a file. */
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }

/** Where text goes: a terminal, a pipe or a file. */
export type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** Everything of the outside world that the command touches, so that tests can stand in for it. */
export interface Io {
  readonly stdin: Input
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly env: Record<string, string | undefined>
  /** The keychain of the operating system, loaded when it is first asked. */
  readonly keychain: KeychainPort
  /** What relative paths of flags are relative to. */
  readonly cwd: string
  /** The user's home directory; undefined where there is none. */
  readonly homedir: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Source of the bytes of keys and ids. */
  readonly random: (size: number) => Uint8Array
  /** The program and its first arguments that start this command as another process. */
  readonly self: readonly [program: string, ...args: string[]]
}

/** The process's own streams, environment and clock. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    keychain: systemKeychain(),
    cwd: process.cwd(),
    homedir: userHome(),
    now: Date.now,
    random: randomBytes,
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
  }
}
