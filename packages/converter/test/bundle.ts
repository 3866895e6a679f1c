import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const source = new URL('../src/', import.meta.url)
const entry = '\0entry.ts'

/** What a bundler makes of a program for the web that imports this package by its public paths. */
export interface Bundle {
  readonly code: string
  /** What the bundle still imports. */
  readonly imports: readonly string[]
}

export interface BundleOptions {
  /** `iife` for a script, as a worker of the classic kind runs it; its exports are the variable `program`. Default `esm`. */
  readonly format?: 'esm' | 'iife'
  /** Where the package lies built; without it the sources are bundled. */
  readonly dist?: string
}

export async function bundle(program: string, { format = 'esm', dist }: BundleOptions = {}): Promise<Bundle> {
  const built = await rolldown({
    input: entry,
    platform: 'browser',
    // Of the chunks that the built package loads, too.
    treeshake: { moduleSideEffects: (id) => id === entry },
    plugins: [
      {
        name: 'converter',
        resolveId: (id) => (id === entry ? { id } : packagePath(id, dist)),
        load: (id) => (id === entry ? program : null),
      },
    ],
  })
  const { output } = await built.generate({ format, minify: true, name: 'program' })
  await built.close()
  const [chunk, ...others] = output
  if (others.length > 0) throw new Error('the bundle is more than one file')
  return { code: chunk.code, imports: [...chunk.imports, ...chunk.dynamicImports] }
}

/** The package's own rule for what may be left out: nothing it loads has side effects (`sideEffects` of package.json). */
function packagePath(id: string, dist: string | undefined): { id: string; moduleSideEffects: false } | null {
  const found = /^@llm-gateway\/converter(?:\/([a-z-]+))?$/.exec(id)
  if (found === null) return null
  const name = found[1] ?? 'index'
  const path = dist === undefined ? new URL(`${name}.ts`, source).pathname : join(dist, `${name}.js`)
  return { id: path, moduleSideEffects: false }
}

export function gzipped(code: string): number {
  return gzipSync(code, { level: 9 }).length
}
