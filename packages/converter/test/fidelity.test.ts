import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { command, page } from './fidelity/page.ts'

const file = new URL('../../../docs/fidelity.md', import.meta.url)

it('docs/fidelity.md says what conversions do', () => {
  const committed = existsSync(file) ? readFileSync(file, 'utf8') : ''
  expect(committed === page(), `docs/fidelity.md is stale: run ${command}`).toBe(true)
})
