import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { commands } from '../src/lib/commands/index.ts'
import { cliReference } from '../src/lib/reference.ts'

test('docs/reference/cli.md tells of every command as it is', async () => {
  const page = fileURLToPath(new URL('../../../docs/reference/cli.md', import.meta.url))
  await expect(cliReference(commands)).toMatchFileSnapshot(page)
})
