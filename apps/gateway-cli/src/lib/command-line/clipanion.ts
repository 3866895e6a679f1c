// By file and not by name: the package's ES modules import a directory, which bundlers take and Node.js refuses.
export {
  type BaseContext,
  Cli,
  Command,
  type CommandClass,
  Option,
  type Usage,
  UsageError,
} from 'clipanion/lib/advanced/index.js'
