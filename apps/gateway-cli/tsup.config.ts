import { defineConfig } from 'tsup'

// The published command carries everything it needs, so installing it brings no other package.
export default defineConfig({
  entry: { cli: 'src/main.ts' },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  noExternal: [/.*/],
  banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  minify: true,
  sourcemap: false,
  clean: true,
  splitting: true,
})
