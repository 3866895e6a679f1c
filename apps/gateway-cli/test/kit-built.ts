import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** @throws Error that says how to build the command, where it is not built */
export function requireBuilt(): void {
  if (existsSync(new URL('../dist/cli.js', import.meta.url))) return
  throw new Error('the command is not built: run "node scripts/run.mjs build" first, or the tests with "npm test"')
}

/** Runs a command of a launcher to its end, in this environment and no other. */
export async function runBuilt(launcher: string, argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  try {
    return { code: 0, ...(await execute(process.execPath, [launcher, ...argv], { env })) }
  } catch (cause) {
    const { code, stdout, stderr } = cause as Ran
    return { code, stdout, stderr }
  }
}
