import { findServer, type Runtime, type ServerStatus } from '@llm-gateway/server'
import { CliError } from '../command-line/error.ts'
import { AdminClient } from './admin-client.ts'

/** What can be learned of the server of a home directory. */
export type Observation =
  | { readonly state: 'running'; readonly status: ServerStatus }
  | { readonly state: 'stopped' }
  /** It takes no more connections and waits for its open requests. */
  | { readonly state: 'stopping'; readonly runtime: Runtime }
  /** It is there and does not answer as it should. */
  | { readonly state: 'stuck'; readonly runtime: Runtime; readonly problem: string }

/** Asks the server of a home directory how it is. */
export async function observe(home: string): Promise<Observation> {
  const found = await findServer(home)
  if (found === undefined) return { state: 'stopped' }
  const { runtime, life } = found
  if (life === 'stopping') return { state: 'stopping', runtime }
  try {
    return { state: 'running', status: await new AdminClient(runtime).status() }
  } catch (cause) {
    if (cause instanceof CliError) return { state: 'stuck', runtime, problem: cause.message }
    throw cause
  }
}
