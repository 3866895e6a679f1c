import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

/**
 * The package's subpaths share their code, so that an importer of two has each thing once. What the main one gives beside conversions
 * is an entry too: bundlers leave out files (`sideEffects` of package.json) where they do not leave out parts of one.
 */
export default defineConfig({
  ...library,
  entry: ['src/*.ts', 'src/lib/{detect,estimate,passthrough,sse}.ts', 'src/lib/chat/{dialect,error,json}.ts'],
  platform: 'neutral',
  target: 'es2022',
  splitting: true,
})
