import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { specOf } from '../src/lib/command-line/catalogue.ts'
import { Cli } from '../src/lib/command-line/clipanion.ts'
import { binaryName } from '../src/lib/command-line/command-spec.ts'
import { GatewayCommand } from '../src/lib/command-line/gateway-command.ts'
import { cliReference } from '../src/lib/command-line/reference.ts'
import { commands } from '../src/lib/commands/index.ts'
import { processIo } from '../src/lib/terminal/io.ts'

test('docs/reference/cli.md tells of every command as it is', async () => {
  const page = fileURLToPath(new URL('../../../docs/reference/cli.md', import.meta.url))
  await expect(cliReference(commands)).toMatchFileSnapshot(page)
})

const cli = Cli.from([...commands], { binaryName })
const context = { ...processIo(), colorDepth: 1, specs: () => commands.map(specOf) }
const examples = commands.flatMap((command) => specOf(command).examples.map(([, line]) => [line] as const))

test.for(examples)('the command line takes the example: %s', ([line]) => {
  // Parsing throws for a flag or an argument that the command does not have.
  expect(cli.process(wordsOf(line), context)).toBeInstanceOf(GatewayCommand)
})

/** What a shell gives to our command in a line that may have more in it: quotes, pipes, a variable that takes the answer. */
function wordsOf(line: string): string[] {
  const own = line.slice(line.indexOf(`${binaryName} `) + binaryName.length + 1)
  const words = own.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  const end = words.findIndex((word) => /^(\||\|\||&&|>|<)$/.test(word))
  return (end === -1 ? words : words.slice(0, end)).map((word) => word.replaceAll(/["']/g, '').replace(/\)+$/, ''))
}
