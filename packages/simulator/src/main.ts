#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { type SimulatorOptions, startSimulator } from './lib/server.ts'
import { isVariant, VARIANTS } from './lib/variant.ts'

const USAGE = `usage: llm-gateway-simulator [options]

  --host HOST          address to listen on (127.0.0.1)
  --port PORT          port to listen on (any free one)
  --key KEY            a credential to let in; repeatable (any)
  --model MODEL        a model that exists; repeatable (any)
  --variant VARIANT    whose chat streams to imitate: ${VARIANTS.join(', ')}
  --first-token-ms MS  wait before an answer (0)
  --token-ms MS        time each token takes (0)
  --chunk-tokens N     tokens in one stream event (1)
  --seed N             seed of ids and signatures (1)
  --static             answer with prebuilt bytes, for benchmarks
  --events N           with --static: text events in a stream (100)
  --event-bytes N      with --static: bytes of text in each event (20)
  --reply-bytes N      with --static: bytes of text in an answer that does not stream (400)
  --log                a line for each request on standard error
  --help`

/** A command line that makes no sense. */
class UsageError extends Error {}

function readOptions(args: readonly string[]): SimulatorOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      key: { type: 'string', multiple: true },
      model: { type: 'string', multiple: true },
      variant: { type: 'string' },
      'first-token-ms': { type: 'string' },
      'token-ms': { type: 'string' },
      'chunk-tokens': { type: 'string' },
      seed: { type: 'string' },
      static: { type: 'boolean' },
      events: { type: 'string' },
      'event-bytes': { type: 'string' },
      'reply-bytes': { type: 'string' },
      log: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return 'help'
  const { variant } = values
  if (variant !== undefined && !isVariant(variant)) {
    throw new UsageError(`--variant must be one of ${VARIANTS.join(', ')}, not "${variant}"`)
  }
  const numeric = (name: NumericOption): Record<string, number> => numberOption(name, values[name])
  return {
    ...(values.host !== undefined && { host: values.host }),
    ...numeric('port'),
    ...numeric('seed'),
    ...(values.key && { keys: values.key }),
    ...(values.model && { models: values.model }),
    ...(variant !== undefined && { variant }),
    timing: { ...numeric('first-token-ms'), ...numeric('token-ms'), ...numeric('chunk-tokens') },
    static: values.static === true && { ...numeric('events'), ...numeric('event-bytes'), ...numeric('reply-bytes') },
    quiet: values.log !== true,
  }
}

type NumericOption =
  | 'port'
  | 'seed'
  | 'first-token-ms'
  | 'token-ms'
  | 'chunk-tokens'
  | 'events'
  | 'event-bytes'
  | 'reply-bytes'

/** A numeric option as a field: `--first-token-ms 5` is `{ firstTokenMs: 5 }`. */
function numberOption(name: NumericOption, value: string | undefined): Record<string, number> {
  if (value === undefined) return {}
  if (!/^\d+$/.test(value)) throw new UsageError(`--${name} must be a whole number, not "${value}"`)
  return { [name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())]: Number(value) }
}

function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') process.stdout.write(`${USAGE}\n`)
  else await serve(options)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  if (isUsageError(error)) process.stderr.write(`\n${USAGE}\n`)
  process.exitCode = isUsageError(error) ? 2 : 1
}

async function serve(options: SimulatorOptions): Promise<void> {
  const simulator = await startSimulator(options)
  process.stdout.write(`${JSON.stringify({ listening: simulator.url, port: simulator.port, pid: process.pid })}\n`)
  const stop = (): void => void simulator.close()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}
