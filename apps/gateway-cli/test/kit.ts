import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { type Io, run } from '../src/index.ts'

/** 2026-11-23 20:00 UTC */
export const now = Date.UTC(2026, 10, 23, 20)

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** What `--json` printed. */
  json<Shape = unknown>(): Shape
}

/** Collects what a command prints; a terminal when asked to be one. */
class Sink extends Writable {
  text = ''
  isTTY = false
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8')
    done()
  }
}

/** A home directory of its own, gone after the test, and the commands run in it. */
export class Sandbox {
  readonly home: string
  readonly configFile: string
  env: Record<string, string | undefined> = {}
  now: number = now
  /** What the keychain keeps, by name. */
  readonly kept = new Map<string, string>()
  /** Why the keychain cannot be used, as on a machine that has none. */
  keychainFault: string | undefined
  #drawn = 0

  constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'llm-gateway-cli-'))
    this.configFile = join(this.home, 'config.yaml')
    onTestFinished(() => rmSync(this.home, { recursive: true, force: true }))
  }

  get config(): string {
    return readFileSync(this.configFile, 'utf8')
  }

  set config(text: string) {
    writeFileSync(this.configFile, text)
  }

  /** What lies in the home directory: names and what they hold. */
  get files(): string[] {
    const files = readdirSync(this.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    return files.map(({ parentPath, name }) => `${name}: ${readFileSync(join(parentPath, name), 'utf8')}`).sort()
  }

  write(name: string, text: string): string {
    const file = join(this.home, name)
    writeFileSync(file, text)
    return file
  }

  /** Runs a command without a terminal. */
  run(...argv: string[]): Promise<Ran> {
    return this.runWith({}, ...argv)
  }

  /** Runs a command with this text on its standard input. */
  runWith(input: { stdin?: string; terminal?: Terminal }, ...argv: string[]): Promise<Ran> {
    const stdin = new PassThrough()
    if (input.stdin !== undefined) stdin.end(input.stdin)
    return this.#start(argv, input.terminal ?? { stdin, stdout: new Sink(), stderr: new Sink() })
  }

  #keychain(): Map<string, string> {
    if (this.keychainFault !== undefined) throw new Error(this.keychainFault)
    return this.kept
  }

  async #start(argv: string[], { stdin, stdout, stderr }: Terminal): Promise<Ran> {
    const io: Io = {
      stdin,
      stdout,
      stderr,
      env: { LLM_GATEWAY_HOME: this.home, ...this.env },
      keychain: {
        get: async (name) => this.#keychain().get(name),
        set: async (name, text) => void this.#keychain().set(name, text),
      },
      cwd: this.home,
      homedir: this.home,
      now: () => this.now,
      // Different at every draw, and the same in every run.
      random: (size) => Uint8Array.from({ length: size }, (_, index) => (index * 7 + ++this.#drawn * 13) % 256),
      self: ['/nonexistent/llm-gateway'],
    }
    const code = await run(argv, io)
    return { code, stdout: stdout.text, stderr: stderr.text, json: <Shape>() => JSON.parse(stdout.text) as Shape }
  }
}

export interface Terminal {
  readonly stdin: PassThrough
  readonly stdout: Sink
  readonly stderr: Sink
}

/** A terminal at which somebody types: `answers` as soon as each question is asked. */
export function terminal(...answers: string[]): Terminal & { readonly raw: boolean[] } {
  const stdin = new PassThrough()
  const raw: boolean[] = []
  Object.assign(stdin, { isTTY: true, setRawMode: (on: boolean) => raw.push(on) })
  const stdout = new Sink()
  const stderr = new Sink()
  stdout.isTTY = true
  stderr.isTTY = true
  const write = stderr._write.bind(stderr)
  stderr._write = (chunk, encoding, done) => {
    const asks = /(?:: |\] ?)$/.test(chunk.toString('utf8'))
    write(chunk, encoding, done)
    const answer = asks ? answers.shift() : undefined
    if (answer !== undefined) setImmediate(() => stdin.write(answer))
  }
  return { stdin, stdout, stderr, raw }
}
