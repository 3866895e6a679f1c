import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { delimiter, join } from 'node:path'
import { GatewayServer } from '@llm-gateway/server'
import type { Simulator } from '@llm-gateway/simulator'
import { Sandbox } from './kit.ts'

interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** One command of a script: what bash found after expanding it. */
interface Asked {
  readonly program: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly stdin: string
}

/** Stands in for a program: asks the test what it says. Its parts are separated by zero bytes, which no argument can hold. */
const stub = `#!/usr/bin/env bash
in=$(mktemp "$SESSION_DIR/in.XXXXXX"); cat > "$in"; env -0 > "$in.env"
exec 3<>"/dev/tcp/127.0.0.1/$SESSION_PORT"
printf '%s\\0' "$in" "\${0##*/}" "$#" "$@" >&3
read -r code <&3
cat "$in.out"; cat "$in.err" >&2
exit "$code"
`

/**
 * A person's terminal: real bash, in which `llm-gateway` is the command run inside the test's own process, and `curl` a fetch.
 * The server is a real one of the sandbox's home on a free port; the simulator plays every provider, wherever an account says it is.
 */
export class TerminalSession {
  readonly sandbox = new Sandbox()
  readonly #simulator: Simulator
  readonly #asks: Server
  #server: GatewayServer | undefined
  #requestId: string | undefined

  private constructor(simulator: Simulator, asks: Server) {
    this.#simulator = simulator
    this.#asks = asks
    this.sandbox.now = Date.now()
    for (const program of ['llm-gateway', 'curl'])
      writeFileSync(join(this.sandbox.home, program), stub, { mode: 0o755 })
    asks.on('connection', (socket) => void this.#serve(socket))
  }

  static async open(simulator: Simulator): Promise<TerminalSession> {
    const asks = createServer()
    await new Promise<void>((resolve) => asks.listen(0, '127.0.0.1', resolve))
    return new TerminalSession(simulator, asks)
  }

  /** Runs a script; it ends at the first command that fails. */
  async run(script: string): Promise<Answer> {
    const { port } = this.#asks.address() as AddressInfo
    const child = spawn(
      'bash',
      ['-eEu', '-o', 'pipefail', '-c', `trap 'echo "failed: $BASH_COMMAND" >&2' ERR\n${script}`],
      {
        cwd: this.sandbox.home,
        // The machine's own settings must not reach the commands.
        env: {
          PATH: `${this.sandbox.home}${delimiter}${process.env.PATH}`,
          HOME: this.sandbox.home,
          SESSION_DIR: this.sandbox.home,
          SESSION_PORT: String(port),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const said = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString('utf8')))
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString('utf8')))
    const code = await new Promise<number>((resolve) => child.once('close', (exit) => resolve(exit ?? 1)))
    return { code, ...said }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.stop()
    this.#asks.close()
  }

  async #serve(socket: Socket): Promise<void> {
    const { file, asked } = await readAsked(socket)
    const { code, stdout, stderr } = await this.#answer(asked).catch((cause: unknown) => ({
      code: 1,
      stdout: '',
      stderr: `${String(cause)}\n`,
    }))
    writeFileSync(`${file}.out`, stdout)
    writeFileSync(`${file}.err`, stderr)
    socket.end(`${code}\n`)
  }

  async #answer({ program, argv, env, stdin }: Asked): Promise<Answer> {
    if (program === 'curl') return this.#curl(argv)
    this.sandbox.env = { ...env, LLM_GATEWAY_HOME: this.sandbox.home }
    const [group, verb] = argv
    // A server in the foreground never ends, and one that is stopped by its process id would take the test along.
    if (group === 'server' && verb === 'start') return this.#start(argv.slice(2))
    if (group === 'server' && verb === 'stop') return this.#stop()
    const filled = await Promise.all(argv.map((word) => this.#fill(word)))
    if (group === 'upstream' && verb === 'add' && !filled.some((word) => word.startsWith('--base-url='))) {
      if (!filled.includes('--provider=simulator')) filled.push(`--base-url=${this.#simulator.url}`)
    }
    return this.sandbox.runWith({ stdin }, ...filled)
  }

  /** What a page leaves to its reader to fill in, and the provider's place. */
  async #fill(word: string): Promise<string> {
    if (word === 'REQUEST-ID') return this.#requestId ?? this.#ask()
    return word.replace(/^--base-url=.*/, `--base-url=${this.#simulator.url}`)
  }

  async #start(flags: readonly string[]): Promise<Answer> {
    if (this.#server) throw new Error('the server already runs')
    const unknown = flags.find((flag) => !/^--(detach|host=.*|port=\d+)$/.test(flag))
    if (unknown !== undefined) throw new Error(`server start has no flag ${unknown} here`)
    const host = flags.find((flag) => flag.startsWith('--host='))?.slice('--host='.length)
    const { home, configFile, env } = this.sandbox
    // The starter's log would go to the test's own standard error.
    await this.sandbox.run('env', 'list')
    this.sandbox.config = this.sandbox.config.replace('# file: "gateway.log"', `file: "${join(home, 'gateway.log')}"`)
    this.#server = await GatewayServer.start({ home, configFile, env, port: 0, ...(host !== undefined && { host }) })
    return { code: 0, stdout: `LLM Gateway listens at ${this.#server.url}\n`, stderr: '' }
  }

  async #stop(): Promise<Answer> {
    if (this.#server === undefined) throw new Error('no server runs')
    await this.#server.stop()
    this.#server = undefined
    return { code: 0, stdout: '', stderr: '' }
  }

  /** The id of a request that was answered. */
  async #ask(): Promise<string> {
    const key = (await this.sandbox.run('apikey', 'add', `--name=reader ${Date.now()}`)).stdout.trim()
    const body = JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] })
    const headers = ['-H', `Authorization: Bearer ${key}`, '-H', 'content-type: application/json']
    await this.#curl(['http://localhost:3847/v1/chat/completions', ...headers, '-d', body])
    if (this.#requestId === undefined) throw new Error('the request was not answered')
    return this.#requestId
  }

  async #curl(argv: readonly string[]): Promise<Answer> {
    if (this.#server === undefined) await this.#start([])
    const { url, method, headers, body } = await this.#readCurl(argv)
    const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
    const stdout = await response.text()
    this.#requestId = response.headers.get('x-llm-gateway-request-id') ?? this.#requestId
    return response.ok
      ? { code: 0, stdout, stderr: '' }
      : { code: 22, stdout: '', stderr: `${response.status} ${stdout}\n` }
  }

  async #readCurl(argv: readonly string[]): Promise<{ url: URL; method: string; headers: Headers; body?: string }> {
    const headers = new Headers()
    let [url, method, body]: (string | undefined)[] = []
    const words = argv.values()
    for (const word of words) {
      if (word === '-X') method = words.next().value
      else if (word === '-H') {
        const [name = '', ...value] = (words.next().value ?? '').split(':')
        headers.set(name, value.join(':').trim())
      } else if (word === '-d') body = words.next().value
      else if (/^-s?N?$/.test(word)) continue
      else if (word.startsWith('-') || url !== undefined) throw new Error(`curl ${word} is not known here`)
      else url = word
    }
    if (/YOUR-GATEWAY-KEY|your-gateway-api-key/.test(headers.get('authorization') ?? '')) {
      const made = await this.sandbox.run('apikey', 'add', `--name=curl ${Date.now()}`)
      headers.set('authorization', `Bearer ${made.stdout.trim()}`)
    }
    const target = new URL(url ?? '')
    if (target.host !== 'localhost:3847') throw new Error(`curl asks ${target.host}, which is not the gateway`)
    const served = new URL(`${target.pathname}${target.search}`, this.#server?.url)
    return {
      url: served,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers,
      ...(body !== undefined && { body }),
    }
  }
}

async function readAsked(socket: Socket): Promise<{ file: string; asked: Asked }> {
  let text = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += (chunk as Buffer).toString('utf8')
    const [file, program, count, ...argv] = text.split('\0')
    if (file === undefined || program === undefined || count === undefined || argv.length <= Number(count)) continue
    const env = Object.fromEntries(
      readFileSync(`${file}.env`, 'utf8')
        .split('\0')
        .filter((pair) => pair.includes('='))
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const),
    )
    return { file, asked: { program, argv: argv.slice(0, Number(count)), env, stdin: readFileSync(file, 'utf8') } }
  }
  throw new Error('the script broke off')
}
