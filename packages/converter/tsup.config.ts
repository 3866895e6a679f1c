import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

/** The package's subpaths share their code, so that an importer of two has each thing once. */
export default defineConfig({ ...library, entry: ['src/*.ts'], platform: 'neutral', target: 'es2022', splitting: true })
