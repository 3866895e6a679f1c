import { createInterface } from 'node:readline/promises'
import { StringDecoder } from 'node:string_decoder'
import { CliError } from '../command-line/error.ts'
import type { Input, Io } from './io.ts'
import { isCi } from './style.ts'

type PromptIo = Pick<Io, 'stdin' | 'stderr' | 'env'>

/** Asks the person at the terminal; where there is none, the flag that a question stands for must be given. */
export class Prompt {
  readonly #io: PromptIo
  readonly #forbidden: boolean

  /** @param options `forbidden`: never ask, as for a caller that wants JSON. */
  constructor(io: PromptIo, options: { readonly forbidden?: boolean } = {}) {
    this.#io = io
    this.#forbidden = options.forbidden ?? false
  }

  /** Whether somebody is there to answer. */
  get possible(): boolean {
    const { stdin, stderr, env } = this.#io
    return !this.#forbidden && stdin.isTTY === true && stderr.isTTY === true && !isCi(env)
  }

  /** Asks for what `flag` would have given. @throws CliError `USAGE` when nobody is there, or the answer is empty. */
  async text(question: string, flag: string): Promise<string> {
    this.#require(flag)
    return this.#nonEmpty((await this.#line(question)).trim(), flag)
  }

  /** Asks for a secret, which is not shown. @throws CliError `USAGE` when nobody is there, or the answer is empty. */
  async secret(question: string, flag: string): Promise<string> {
    this.#require(flag)
    const { stdin, stderr } = this.#io
    stderr.write(`${question}: `)
    try {
      return this.#nonEmpty((await readHidden(stdin)).trim(), flag)
    } finally {
      stderr.write('\n')
    }
  }

  /** Asks for a yes. */
  async confirm(question: string): Promise<boolean> {
    return /^y(es)?$/i.test((await this.#line(`${question} [y/N]`)).trim())
  }

  async #line(question: string): Promise<string> {
    const { stdin, stderr } = this.#io
    const lines = createInterface({ input: stdin, output: stderr, terminal: true })
    const interrupted = new Promise<never>((_, reject) => lines.once('SIGINT', () => reject(interruption())))
    // The end of the input answers nothing.
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
    try {
      return await Promise.race([lines.question(`${question}: `), interrupted, closed])
    } finally {
      lines.close()
    }
  }

  #require(flag: string): void {
    if (!this.possible) throw missing(flag)
  }

  #nonEmpty(answer: string, flag: string): string {
    if (answer === '') throw missing(flag)
    return answer
  }
}

function missing(flag: string): CliError {
  return new CliError('USAGE', `${flag} is missing`, { hint: 'see the flags with --help' })
}

function interruption(): CliError {
  return new CliError('INTERRUPTED', 'interrupted')
}

/** Reads a line key by key, so that the terminal does not show it. */
function readHidden(stdin: Input): Promise<string> {
  return new Promise((resolve, reject) => {
    const decoder = new StringDecoder('utf8')
    let typed = ''
    const finish = (settle: () => void): void => {
      stdin.off('data', onData)
      stdin.off('end', onEnd)
      stdin.setRawMode?.(false)
      stdin.pause()
      settle()
    }
    const onEnd = (): void => finish(() => resolve(typed))
    const onData = (chunk: Buffer | string): void => {
      for (const key of typeof chunk === 'string' ? chunk : decoder.write(chunk)) {
        if (key === '\r' || key === '\n' || key === '\u0004') {
          finish(() => resolve(typed))
          return
        }
        if (key === '\u0003') {
          finish(() => reject(interruption()))
          return
        }
        typed = key === '\u007f' || key === '\b' ? Array.from(typed).slice(0, -1).join('') : typed + key
      }
    }
    stdin.setRawMode?.(true)
    stdin.on('data', onData)
    stdin.once('end', onEnd)
    stdin.resume()
  })
}

/** Everything that comes through stdin, without the line end it ends with. */
export async function readAll(stdin: Input): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer))
  return Buffer.concat(chunks).toString('utf8')
}
