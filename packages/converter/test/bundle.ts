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

/** @param format `iife` for a script, as a worker of the classic kind runs it; its exports are the variable `program`. */
export async function bundle(program: string, format: 'esm' | 'iife' = 'esm'): Promise<Bundle> {
  const built = await rolldown({
    input: entry,
    platform: 'browser',
    plugins: [
      {
        name: 'converter',
        resolveId: (id) => (id === entry ? { id } : packagePath(id)),
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
function packagePath(id: string): { id: string; moduleSideEffects: false } | null {
  const found = /^@llm-gateway\/converter(?:\/([a-z-]+))?$/.exec(id)
  if (found === null) return null
  return { id: new URL(`${found[1] ?? 'index'}.ts`, source).pathname, moduleSideEffects: false }
}

export function gzipped(code: string): number {
  return gzipSync(code, { level: 9 }).length
}
