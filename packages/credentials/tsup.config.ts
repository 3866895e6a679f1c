import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

// The classes must be the same ones for both entries.
export default defineConfig({ ...library, entry: ['src/index.ts', 'src/testing.ts'], splitting: true })
