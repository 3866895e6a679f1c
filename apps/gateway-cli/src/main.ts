import { run } from './lib/command-line/run.ts'
import { processIo } from './lib/terminal/io.ts'

// A reader that has seen enough (`| head`) closes the pipe; what is left to say then goes nowhere.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

process.exitCode = await run(process.argv.slice(2), processIo())
