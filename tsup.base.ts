import type { Options } from 'tsup'

/** What every library of this repository builds with: one ESM file per entry; declarations come from `tsc`. */
export const library: Options = {
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  dts: false,
  sourcemap: true,
  clean: true,
  splitting: false,
  treeshake: false,
}
