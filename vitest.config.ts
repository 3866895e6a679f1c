import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const from = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// Tests run from source: a sibling package is its src/index.ts, so no build stands between an edit and its test.
export default defineConfig({
  resolve: {
    alias: [
      { find: '@llm-gateway/server', replacement: from('./apps/gateway-server/src/index.ts') },
      { find: '@llm-gateway/cli', replacement: from('./apps/gateway-cli/src/index.ts') },
      { find: /^@llm-gateway\/([a-z-]+)\/testing$/, replacement: `${from('./packages')}/$1/src/testing.ts` },
      { find: /^@llm-gateway\/([a-z-]+)\/([a-z-]+)$/, replacement: `${from('./packages')}/$1/src/$2.ts` },
      { find: /^@llm-gateway\/([a-z-]+)$/, replacement: `${from('./packages')}/$1/src/index.ts` },
    ],
  },
  test: {
    include: [
      '{packages,apps}/*/{src,test}/**/*.test.ts',
      'scripts/**/*.test.ts',
      'bench/**/*.test.ts',
      'deploy/**/*.test.ts',
    ],
    setupFiles: ['scripts/vitest-setup.ts'],
    // Far above what any test takes: a machine that is busy with other things must not fail them.
    testTimeout: 60_000,
  },
})
