import type { Paths } from '@llm-gateway/config'
import { findServer } from '@llm-gateway/server'
import { CliError, exitCodes } from '../command-line/error.ts'
import { AdminClient } from '../running/admin-client.ts'
import type { Output } from '../terminal/output.ts'

/** What a running server made of a change: `refused` means it goes on with its older configuration, `unchanged` that there was none. */
export type ServerEffect = 'reloaded' | 'not-running' | 'refused' | 'unreachable' | 'unchanged'

/** Has a server that runs with this file take it at once, and says what came of it once the command has told what it did. */
export async function applyToServer(places: Paths, output: Pick<Output, 'atEnd'>): Promise<ServerEffect> {
  const found = await findServer(places.home)
  if (found?.life !== 'listening' || found.runtime.configFile !== places.configFile) return 'not-running'
  const { runtime } = found
  try {
    const result = await new AdminClient(runtime).reload()
    if (result.ok) {
      output.atEnd('note', `The server at ${runtime.url} uses it from now on.`)
      return 'reloaded'
    }
    output.atEnd(
      'warn',
      `saved, but the running server refused the file and goes on with the older one:\n${result.problem}`,
    )
    return 'refused'
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause
    output.atEnd('warn', `saved, but ${cause.message}`)
    return 'unreachable'
  }
}

/** A change that the running server does not use has not done what was asked for. */
export function exitCodeOfEffect(effect: ServerEffect): number {
  return effect === 'refused' || effect === 'unreachable' ? exitCodes.failure : exitCodes.ok
}
