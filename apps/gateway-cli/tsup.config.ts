import { defineConfig } from 'tsup'

// The published command carries everything it needs, so installing it brings no other package.
export default defineConfig({
  // The thread that writes the ledger is started by its path, so it stays a file of its own.
  entry: { cli: 'src/main.ts', 'ledger-worker': 'node_modules/@llm-gateway/ledger/dist/ledger-worker.js' },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  // A native module cannot be bundled, and who keeps no key in the keychain needs none: it is found, or not, when it is asked.
  noExternal: [/^(?!@llm-gateway\/credentials-keychain$)/],
  external: ['@llm-gateway/credentials-keychain'],
  banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  minify: true,
  sourcemap: false,
  clean: true,
  splitting: true,
})
