export { exitCodes } from './lib/command-line/error.ts'
export { run } from './lib/command-line/run.ts'
export type { Input, Io, Terminal } from './lib/terminal/io.ts'
