import { describe, expect, it } from 'vitest'
import { GO_SAMPLE } from '../../test/samples.ts'
import { ConfigEditor } from './edit.ts'
import { LEGACY_KEYS } from './legacy.ts'
import { loadConfig } from './load.ts'
import { configJsonSchema } from './sections.ts'

/** Paths of every schema node that is marked deprecated. */
function deprecatedPaths(schema: unknown, at: readonly string[] = []): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const node = schema as Record<string, unknown>
  const own = node.deprecated === true ? [at.join('.')] : []
  const properties = Object.entries((node.properties ?? {}) as Record<string, unknown>)
  const inner = properties.flatMap(([key, value]) => deprecatedPaths(value, [...at, key]))
  const branches = Array.isArray(node.anyOf) ? node.anyOf.flatMap((branch) => deprecatedPaths(branch, at)) : []
  return [...own, ...inner, ...branches, ...deprecatedPaths(node.items, [...at, '*'])]
}

describe('a file of the older Go program', () => {
  it('loads with one warning that names what is old and the command that rewrites it', () => {
    const result = loadConfig(GO_SAMPLE)
    expect(result.ok).toBe(true)
    const warnings = result.ok ? result.warnings.filter(({ code }) => code === 'deprecated-key') : []
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatchObject({ path: 'server.timeout_seconds', line: 4, column: 3 })
    expect(warnings[0]?.hint).toContain('llm-gateway config rewrite')
    for (const name of ['server.web', 'gateway_keys[].usage', 'upstream_accounts[].status (error)', 'enable_logging']) {
      expect(warnings[0]?.message).toContain(name)
    }
    expect(warnings[0]?.message).not.toContain('old-access')
  })

  it('means what it meant', () => {
    const result = loadConfig(GO_SAMPLE)
    const config = result.ok ? result.config : undefined
    expect(config?.server).toMatchObject({ host: '0.0.0.0', port: 3847, timeoutMs: 30_000 })
    expect(config?.timeouts).toMatchObject({ requestMs: 60_000, connectMs: 10_000, responseMs: 60_000 })
    expect(config?.keys[0]).toMatchObject({
      keyHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      rateLimit: { requestsPerMinute: 60 },
      modelRoutes: {
        routes: [{ source: 'gpt-*', target: 'qwen3-coder-plus', provider: 'openai-compatible', priority: 1 }],
        defaultBehavior: 'passthrough',
      },
      expiresAt: Date.UTC(2030, 0, 1),
    })
    expect(config?.accounts).toEqual([
      {
        id: 'upstream_1756000000000000000',
        name: 'prod',
        type: 'api-key',
        provider: 'anthropic',
        apiKey: 'sk-ant-xxxxx',
        status: 'active',
        createdAt: Date.UTC(2025, 7, 24, 1),
      },
      {
        id: 'upstream_1756000000',
        name: 'qwen login',
        type: 'oauth',
        provider: 'openai-compatible',
        baseUrl: 'https://portal.qwen.ai/v1',
        models: ['qwen*'],
        status: 'active',
        createdAt: Date.UTC(2025, 7, 25, 1),
        legacyTokens: {
          accessToken: 'old-access',
          refreshToken: 'old-refresh',
          expiresAt: Date.UTC(2025, 8, 1, 8),
        },
      },
    ])
  })

  it('prefers the new name of a setting to the old one', () => {
    const result = loadConfig('server: { timeout: 5, timeout_seconds: 30 }')
    expect(result.ok && result.config.server.timeoutMs).toBe(5000)
  })

  it('still gets an error for a key that neither program knows', () => {
    expect(loadConfig(GO_SAMPLE.replace('health_status: unhealthy', 'health_stat: unhealthy')).ok).toBe(false)
  })
})

describe('rewriting', () => {
  it('leaves a file without a deprecated key that means the same', () => {
    const editor = new ConfigEditor(GO_SAMPLE)
    expect(editor.rewriteLegacy({ dropTokens: true })).toContain('renamed server.timeout_seconds to timeout')
    const before = loadConfig(GO_SAMPLE)
    const after = loadConfig(editor.toString())
    expect(after.ok && after.warnings.map(({ code }) => code)).toEqual(['exposed-host'])
    if (!before.ok || !after.ok) throw new Error('neither may fail')
    const [first, second] = before.config.accounts
    const { legacyTokens, ...qwen } = second ?? { legacyTokens: undefined }
    expect(legacyTokens).toBeDefined()
    expect(after.config).toEqual({ ...before.config, accounts: [first, { ...qwen, baseUrl: expect.any(String) }] })
  })

  it('keeps the tokens until they are kept elsewhere', () => {
    const editor = new ConfigEditor(GO_SAMPLE)
    editor.rewriteLegacy()
    expect(editor.toString()).toContain('refresh_token: old-refresh')
    expect(editor.toString()).not.toContain('admin123')
  })

  it('changes nothing in a file that is up to date', () => {
    const editor = new ConfigEditor('server: { port: 1 }\n')
    expect(editor.rewriteLegacy()).toEqual([])
    expect(editor.toString()).toBe('server: { port: 1 }\n')
  })
})

it('the table of old keys and the schema name the same keys', () => {
  const table = LEGACY_KEYS.map(({ path }) => path.join('.'))
  expect([...new Set(deprecatedPaths(configJsonSchema()))].sort()).toEqual([...table].sort())
})
