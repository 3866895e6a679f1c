import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { configJsonSchema, type GatewayConfig, loadConfig } from '../src/index.ts'
import { configReference, type Schema, settingsOf } from './config-reference.ts'

const schema: Schema = configJsonSchema()
const settings = settingsOf(schema)

test('docs/reference/configuration.md tells of every key as it is', async () => {
  const page = fileURLToPath(new URL('../../../docs/reference/configuration.md', import.meta.url))
  await expect(configReference(schema)).toMatchFileSnapshot(page)
})

test('every key that is not deprecated has a description', () => {
  expect(settings.length).toBeGreaterThan(100)
  const silent = settings.filter(({ schema: { description } }) => (description ?? '').trim() === '')
  expect(silent.map(({ path }) => path)).toEqual([])
  // Each is a sentence that ends in a full stop once the reference has set it.
  expect(settings.filter(({ schema: { description } }) => description?.endsWith('.')).map(({ path }) => path)).toEqual(
    [],
  )
})

function load(file: object): GatewayConfig {
  const result = loadConfig(stringify(file))
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.config
}

/** The entry that a list needs before a default of its keys can hold. */
const entries: Readonly<Record<string, object>> = {
  gateway_keys: { id: 'gw_1', name: 'a', key_hash: '0'.repeat(64) },
  upstream_accounts: { id: 'a', name: 'a', type: 'api-key', provider: 'openai', api_key: 'k' },
  model_routes: { source_model: 'a' },
  routes: { source_model: 'a' },
}

/** A file with this value at this place and as little else as makes it valid. */
function fileWith([head = '', ...rest]: readonly string[], value: unknown): object {
  const name = head.replace('[]', '')
  if (rest.length === 0) return { [name]: value }
  const inner = fileWith(rest, value)
  return { [name]: head.endsWith('[]') ? [{ ...entries[name], ...inner }] : inner }
}

describe('what the schema calls a default is what holds without the key', () => {
  const defaults = settings.filter(({ path, schema: { default: value } }) => value !== undefined && path.includes('.'))
  // These are left absent, for the router and for OAuth to fill in.
  const elsewhere = /\.(priority|weight)$|^oauth_profiles\./

  test('there are some, in sections and in lists', () => {
    expect(defaults.length).toBeGreaterThan(25)
    expect(defaults.some(({ path }) => path.startsWith('gateway_keys[]'))).toBe(true)
  })

  test.for(
    defaults.filter(({ path }) => !elsewhere.test(path)).map(({ path, schema }) => [path, schema.default] as const),
  )('%s: %s', ([path, value]) => {
    expect(load(fileWith(path.split('.'), value))).toEqual(load(fileWith(path.split('.'), undefined)))
  })
})
