import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ran, requireBuilt, runBuilt } from './kit-built.ts'

const source = fileURLToPath(new URL('..', import.meta.url))

/** What the command's manifest says. */
export const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
  readonly version: string
  readonly files: readonly string[]
}

/**
 * The built command as `npm install` leaves it: the files its manifest publishes, in a folder from which nothing of this
 * repository is found, dependencies included. Its home directory is its own.
 */
export class Installed {
  readonly #folder: string
  readonly launcher: string
  readonly home: string
  /** Without the machine's own settings, which must not reach the commands. */
  readonly env: NodeJS.ProcessEnv

  constructor() {
    requireBuilt()
    this.#folder = mkdtempSync(join(tmpdir(), 'llm-gateway-installed-'))
    this.launcher = join(this.#folder, 'bin', 'llm-gateway.mjs')
    this.home = join(this.#folder, 'home')
    this.env = { PATH: process.env.PATH, HOME: this.home, LLM_GATEWAY_HOME: this.home }
    for (const file of ['package.json', ...globSync([...manifest.files], { cwd: source })]) {
      cpSync(join(source, file), join(this.#folder, file), { recursive: true })
    }
    mkdirSync(this.home)
  }

  /** Runs a command to its end. */
  run(...argv: string[]): Promise<Ran> {
    return runBuilt(this.launcher, argv, this.env)
  }

  /** Stops the server that was started in its home, and removes everything. */
  async remove(): Promise<void> {
    await this.run('server', 'stop')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
