import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Ran, requireBuilt, runBuilt } from './kit-built.ts'
import { root, samplesOf } from './samples.ts'

const launcher = fileURLToPath(new URL('../bin/llm-gateway.mjs', import.meta.url))
const execute = promisify(execFile)

/** The user's document, as it was given. */
export const documentText = readFileSync(join(root, 'fixtures/user-document.zh-CN.md'), 'utf8')
export const blocks = samplesOf('fixtures/user-document.zh-CN.md', documentText)

/** The configuration as the document shows it. */
export const documentYaml: string = `${blocks.find(({ language }) => language === 'yaml')?.text}\n`

/** What the document promises outside of commands: each line, and each block that is more than commands of ours. */
export function promises(): string[] {
  const commandBlocks = blocks.filter(({ text }) => text.split('\n').every((line) => isCommand(line) || isAside(line)))
  const prose = documentText.replaceAll(/^```[\s\S]*?^```$/gm, '').split('\n')
  const inBlocks = blocks.filter((block) => !commandBlocks.includes(block)).map(({ text }) => text)
  return [...prose.filter((line) => !isAside(line)), ...inBlocks]
}

/** Every line of the document that is a command of ours. */
export const commandLines: readonly string[] = blocks.flatMap(({ text }) => text.split('\n')).filter(isCommand)

function isCommand(line: string): boolean {
  return line.startsWith('./llm-gateway ')
}

/** Headings, comments, rules and empty lines. */
function isAside(line: string): boolean {
  return line.trim() === '' || line.startsWith('#') || line === '---'
}

/** Somebody who follows the document: the built command, and a home that nothing of this machine reaches. */
export class Reader {
  readonly home = mkdtempSync(join(tmpdir(), 'llm-gateway-document-'))
  readonly file = join(this.home, '.llm-gateway', 'config.yaml')
  readonly typed = new Set<string>()
  readonly #env = { PATH: process.env.PATH, HOME: this.home }
  #stop: (() => Promise<number | null>) | undefined

  constructor() {
    requireBuilt()
  }

  get config(): string {
    return readFileSync(this.file, 'utf8')
  }

  set config(text: string) {
    mkdirSync(join(this.home, '.llm-gateway'), { recursive: true })
    writeFileSync(this.file, text)
  }

  /**
   * Types a line of the document as it stands there.
   *
   * @param start how the line begins, after `./llm-gateway `; the first line not typed yet that does
   * @param id what `<id>` and its like stand for
   */
  type(start: string, id = ''): Promise<Ran> {
    const line = commandLines.find((each) => each.startsWith(`./llm-gateway ${start}`) && !this.typed.has(each))
    if (line === undefined) throw new Error(`the document has no further line "./llm-gateway ${start}"`)
    this.typed.add(line)
    return this.run(...wordsOf(line).map((word) => word.replace(/^<.*>$/, id)))
  }

  /**
   * Types a line of the document at a terminal of its own.
   *
   * @param answer what to type next, by all that is shown so far; undefined to wait for more
   * @returns undefined where this machine has nothing to open a terminal with
   */
  async typeAtTerminal(
    start: string,
    answer: (shown: string) => Promise<string | undefined>,
  ): Promise<{ readonly code: number | null; readonly shown: string } | undefined> {
    const line = commandLines.find((each) => each.startsWith(`./llm-gateway ${start}`) && !this.typed.has(each)) ?? ''
    const terminal = await terminalFor([process.execPath, launcher, ...wordsOf(line)])
    if (terminal === undefined) return undefined
    this.typed.add(line)
    const [program = '', ...args] = terminal
    const child = spawn(program, args, { env: this.#env, stdio: ['pipe', 'pipe', 'inherit'] })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    let shown = ''
    let answered = false
    for await (const chunk of child.stdout) {
      shown += (chunk as Buffer).toString('utf8').replaceAll('\r\n', '\n')
      const text = answered ? undefined : await answer(shown)
      if (text === undefined) continue
      answered = true
      child.stdin.write(text)
    }
    return { code: await ended, shown }
  }

  run(...argv: string[]): Promise<Ran> {
    return runBuilt(launcher, argv, this.#env)
  }

  /** Types a line that goes on until it is stopped; gives the first line it prints. */
  async start(start: string): Promise<string> {
    const line = commandLines.find((each) => each.startsWith(`./llm-gateway ${start}`) && !this.typed.has(each)) ?? ''
    this.typed.add(line)
    const child = spawn(process.execPath, [launcher, ...wordsOf(line)], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    this.#stop = () => {
      child.kill('SIGTERM')
      return ended
    }
    let text = ''
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      text += (chunk as Buffer).toString('utf8')
      if (text.includes('\n')) return text.slice(0, text.indexOf('\n'))
    }
    throw new Error(`"${line}" ended before it said anything`)
  }

  /** Stops what was started; gives its exit code. */
  async stop(): Promise<number | null | undefined> {
    const code = await this.#stop?.()
    this.#stop = undefined
    return code
  }

  async leave(): Promise<void> {
    await this.stop()
    rmSync(this.home, { recursive: true, force: true })
  }
}

/** A program that runs a command at a pseudo-terminal, which pipes here; undefined where there is none. */
async function terminalFor(command: readonly string[]): Promise<readonly string[] | undefined> {
  const python = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'
  if (await answers('python3', '-c', 'import pty')) return ['python3', '-c', python, ...command]
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  return (await answers('script', '--version')) ? ['script', '-qec', quoted, '/dev/null'] : undefined
}

async function answers(...[program, ...args]: [string, ...string[]]): Promise<boolean> {
  return execute(program, args).then(
    () => true,
    () => false,
  )
}

/** The words of a command line behind the program, as a shell reads them: quotes bind, and a comment is none. */
function wordsOf(line: string): string[] {
  const [, ...words] = line.match(/(?:"[^"]*"|[^\s"])+/g) ?? []
  const comment = words.findIndex((word) => word.startsWith('#'))
  return (comment === -1 ? words : words.slice(0, comment)).map((word) => word.replaceAll('"', ''))
}
