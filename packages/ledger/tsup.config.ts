import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

// The worker stays a file of its own: it is started by its path.
export default defineConfig({
  ...library,
  entry: ['src/index.ts', 'src/testing.ts', 'src/ledger-worker.ts'],
  splitting: true,
})
