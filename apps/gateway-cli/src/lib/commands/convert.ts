import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Dialect, Loss } from '@llm-gateway/converter'
import { Option, type Usage } from '../command-line/clipanion.ts'
import { CliError, exitCodes } from '../command-line/error.ts'
import { GatewayCommand } from '../command-line/gateway-command.ts'
import { choiceOf } from '../command-line/lists.ts'
import type { Conversion } from '../conversion.ts'
import { readAll } from '../terminal/prompt.ts'

export class Convert extends GatewayCommand {
  static override paths: string[][] = [['convert']]
  static override usage: Usage = {
    category: 'Tools',
    description: 'show what a request, reply, stream or error becomes in another dialect, and what is lost',
    details:
      'Offline. The body goes to stdout as it would go out, every loss with its path and reason to stderr.\n' +
      'FILE - is standard input. --from and --to name where the value comes from and goes to: for a reply, --from is\n' +
      "the upstream's dialect. Dialects: openai-chat, openai-completions, openai-responses, anthropic, gemini.",
    examples: [
      ['What Claude would get', '$0 convert request.json --to=anthropic --model=claude-sonnet-4-5'],
      ['Refuse any loss', '$0 convert request.json --from=openai-chat --to=anthropic --strict'],
      [
        'A recorded stream, as an OpenAI client sees it',
        '$0 convert stream.sse --stream --from=anthropic --to=openai-chat',
      ],
      ['An error, with the status it came with', '$0 convert error.json --error=529 --from=anthropic --to=openai-chat'],
    ],
  }

  file: string = Option.String({ name: 'file' })
  from: string | undefined = Option.String('--from', {
    description: "the value's dialect (default: found by its shape)",
  })
  to: string | undefined = Option.String('--to', { description: 'the dialect to convert to' })
  model: string | undefined = Option.String('--model', { description: 'the model name to write' })
  provider: string | undefined = Option.String('--provider', { description: 'convert as for this provider' })
  reply: boolean = Option.Boolean('--reply', false, { description: 'the file is a whole reply' })
  stream: boolean = Option.Boolean('--stream', false, { description: 'the file is a stream of events' })
  error: string | undefined = Option.String('--error', {
    description: 'the file is the body of an error answer with this status',
  })
  request: string | undefined = Option.String('--request', {
    description: 'what the client had sent, for a reply or stream',
  })
  strict: boolean = Option.Boolean('--strict', false, { description: 'refuse what would lose anything' })

  async execute(): Promise<number> {
    const kind = this.#kind()
    if (this.request !== undefined && kind !== 'reply' && kind !== 'stream') {
      throw new CliError('USAGE', '--request goes with --reply or --stream')
    }
    const status = this.error === undefined ? undefined : statusOf(this.error)
    const { convert, dialects, findDialect, readRequest } = await import('../conversion.ts')
    const to = choiceOf(this.#given(this.to, '--to'), dialects, '--to')
    const input = await this.#read(this.file)
    const from =
      this.from === undefined && kind === 'request'
        ? findDialect(input)
        : choiceOf(this.#given(this.from, '--from'), dialects, '--from')
    const request = this.request === undefined ? undefined : readRequest(await this.#read(this.request), to)
    const { model, provider, strict } = this
    const conversion = convert(input, {
      kind,
      from,
      to,
      strict,
      now: this.context.now,
      ...(model !== undefined && { model }),
      ...(provider !== undefined && { provider }),
      ...(request && { request }),
      ...(status !== undefined && { status }),
    })
    return this.#tell(conversion, from, to)
  }

  #kind(): Conversion['kind'] {
    const given = [this.reply && 'reply', this.stream && 'stream', this.error !== undefined && 'error'] as const
    const [kind, ...others] = given.filter((each) => each !== false)
    if (others.length > 0) throw new CliError('USAGE', 'give only one of --reply, --stream and --error')
    return kind ?? 'request'
  }

  #given(value: string | undefined, flag: string): string {
    if (value !== undefined) return value
    throw new CliError('USAGE', `${flag} is missing`, { hint: `see: llm-gateway convert --help` })
  }

  async #read(file: string): Promise<Uint8Array> {
    if (file === '-') return Buffer.from(await readAll(this.context.stdin))
    try {
      return await readFile(resolve(this.context.cwd, file))
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
      if (code === 'ENOENT') throw new CliError('NOT_FOUND', `there is no file ${file}`, { cause })
      if (code === 'EISDIR') throw new CliError('USAGE', `${file} is a folder, not a file`, { cause })
      throw cause
    }
  }

  #tell(conversion: Conversion, from: Dialect, to: Dialect): number {
    const { kind, text, status, losses, problem } = conversion
    const body = kind === 'stream' ? { stream: text } : { body: parsed(text) }
    const told = { from, to, ...(status !== undefined && { status }), ...body, losses }
    if (this.json) this.output.result({ ...told, ...(problem !== undefined && { problem }) })
    else this.output.raw(this.context.stdout.isTTY === true && !text.endsWith('\n') ? `${text}\n` : text)
    if (!this.json) for (const loss of losses) this.output.note(lossText(loss))
    if (status !== undefined) this.output.note(`status ${status}`)
    else if (losses.length === 0) this.output.note('Nothing is lost.')
    if (problem === undefined) return exitCodes.ok
    this.output.warn(problem)
    return exitCodes.failure
  }
}

function lossText({ path, kind, detail }: Loss): string {
  return `${kind.padEnd('approximated'.length)}  ${path}: ${detail}`
}

/** The body of an error may be no JSON when it stays in its dialect. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function statusOf(given: string): number {
  const status = /^[45]\d\d$/.test(given) ? Number(given) : undefined
  if (status === undefined) throw new CliError('USAGE', `--error takes an HTTP status from 400 to 599, not ${given}`)
  return status
}
