export { exitCodes } from './lib/error.ts'
export type { Input, Io, Terminal } from './lib/io.ts'
export { run } from './lib/run.ts'
