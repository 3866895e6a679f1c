import { resolve } from 'node:path'
import { loadConfig } from '@llm-gateway/config'
import { describe, expect, it } from 'vitest'
import { prepareConfig, withFlags } from './prepare-config.ts'

function config(text: string): Parameters<typeof prepareConfig>[0] {
  const result = loadConfig(text)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.config
}

const accounts = 'upstream_accounts: [{id: a, name: a, type: api-key, provider: anthropic, api_key: k, status: active}]'

describe('prepareConfig', () => {
  it('serves a configuration without accounts from the simulator at the start, with a key when the file has none', () => {
    const prepared = prepareConfig(config('server: {}'), { knownKey: undefined, demoAllowed: true })
    expect(prepared).toMatchObject({ demo: true, config: { accounts: [{ provider: 'simulator' }] } })
    expect(prepared.key).toMatch(/^llmgw_/)
  })

  it('keeps the demo key over a reload', () => {
    const known = prepareConfig(config('server: {}'), { knownKey: undefined, demoAllowed: true }).key
    expect(prepareConfig(config('server: {}'), { knownKey: known, demoAllowed: true }).key).toBe(known)
  })

  it('never puts the simulator in the place of real accounts that are gone', () => {
    const prepared = prepareConfig(config('server: {}'), { knownKey: undefined, demoAllowed: false })
    expect(prepared).toMatchObject({ demo: false, key: undefined, config: { accounts: [], keys: [] } })
  })

  it('leaves a configuration with accounts as it is', () => {
    const given = config(accounts)
    expect(prepareConfig(given, { knownKey: undefined, demoAllowed: true }).config).toBe(given)
  })
})

describe('withFlags', () => {
  it('lets the command line win over the file', () => {
    expect(withFlags(config('server: {port: 1}'), { home: '/home', port: 2, host: '::1' }).server).toMatchObject({
      port: 2,
      host: '::1',
    })
    expect(withFlags(config('server: {port: 1}'), { home: '/home' }).server.port).toBe(1)
  })
  it('finds the log in the home directory, wherever the server was started', () => {
    const file = (logging: string): string | undefined =>
      withFlags(config(`logging: {${logging}}`), { home: '/srv/gateway' }).logging.file
    expect(file('file: gateway.log')).toBe(resolve('/srv/gateway/gateway.log'))
    expect(file('file: /var/log/gateway.log')).toBe(resolve('/var/log/gateway.log'))
    expect(file('level: info')).toBeUndefined()
  })
})
