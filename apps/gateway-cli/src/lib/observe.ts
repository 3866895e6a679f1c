import { type Runtime, readRuntime, type ServerStatus } from '@llm-gateway/server'
import { AdminClient } from './admin-client.ts'
import { CliError } from './error.ts'
import { isRunning } from './liveness.ts'

/** What can be learned of the server of a home directory. */
export type Observation =
  | { readonly state: 'running'; readonly status: ServerStatus }
  | { readonly state: 'stopped' }
  /** It is there and does not answer as it should. */
  | { readonly state: 'stuck'; readonly runtime: Runtime; readonly problem: string }

/** Asks the server of a home directory how it is. */
export async function observe(home: string): Promise<Observation> {
  const runtime = readRuntime(home)
  if (runtime === undefined || !(await isRunning(runtime))) return { state: 'stopped' }
  try {
    return { state: 'running', status: await new AdminClient(runtime).status() }
  } catch (cause) {
    if (cause instanceof CliError) return { state: 'stuck', runtime, problem: cause.message }
    throw cause
  }
}
