import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const text = readFileSync(new URL('./compose.yaml', import.meta.url), 'utf8')

test('a variable that is not set outside is not set within, since an empty master key is refused', () => {
  // A key without a value is handed on if there is one; a default of nothing would set it to nothing.
  expect(text).toMatch(/^ +LLM_GATEWAY_MASTER_KEY:$/m)
  expect(text).not.toMatch(/\$\{\w+:?-\}/)
})
