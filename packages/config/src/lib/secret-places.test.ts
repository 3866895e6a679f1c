import { expect, it } from 'vitest'
import { type Schema, settingsOf } from '../../test/config-reference.ts'
import { ConfigEditor } from './edit.ts'
import { hasLogin } from './secret-places.ts'
import { configJsonSchema } from './sections.ts'

const text = `upstream_accounts:
  - { id: a, api_key: sk-1, options: { token: t, tokenizer: o200k, max_tokens: 5, client_secret: "enc:v1:x:y" } }
  - { id: "\${ID}", api_key: "\${KEY}" }
  - { id: c, api_key: "\${KEY:-sk-default}" }
  - { id: d, api_key: "file:key.txt" }
  - { id: e, api_key: "a$\${b" }
  - { id: h, api_key: "a$$\${b}" }
  - { id: f, api_key: none }
  - { id: g }
environment: { http_proxy: "http://me:pw@proxy:1", https_proxy: "http://proxy:1" }
`

it('lists every secret of a file with its record and its kind', () => {
  const places = new ConfigEditor(text, { ID: 'b' }).secrets()
  expect(places.map(({ path, record, kind, value }) => [path.join('.'), record, kind, value])).toEqual([
    ['upstream_accounts.0.api_key', 'a', 'clear', 'sk-1'],
    ['upstream_accounts.0.options.token', 'a/options.token', 'clear', 't'],
    ['upstream_accounts.0.options.client_secret', 'a/options.client_secret', 'encrypted', 'enc:v1:x:y'],
    ['upstream_accounts.1.api_key', 'b', 'reference', '${' + 'KEY}'],
    ['upstream_accounts.2.api_key', 'c', 'mixed', '${' + 'KEY:-sk-default}'],
    ['upstream_accounts.3.api_key', 'd', 'reference', 'file:key.txt'],
    ['upstream_accounts.4.api_key', 'e', 'clear', 'a${' + 'b'],
    ['upstream_accounts.5.api_key', 'h', 'mixed', 'a$$' + '${' + 'b}'],
    ['environment.http_proxy', 'environment.http_proxy', 'clear', 'http://me:pw@proxy:1'],
  ])
})

it.each([
  ['http://me:pw@proxy:8080', true],
  ['me@proxy:8080', true],
  ['http://proxy:8080/@x', false],
  ['proxy:8080', false],
  ['', false],
])('a proxy %j has a login: %s', (proxy, has) => {
  expect(hasLogin(proxy)).toBe(has)
})

it('finds what the schema marks as secret, wherever it stands', () => {
  const elsewhere = `upstream_accounts:
  - { id: o, type: oauth, proxy: "me:pw@proxy:1", client_secret: cs, access_token: at, refresh_token: "enc:v1:x:y" }
  - { id: p, proxy: direct, options: [] }
oauth_profiles:
  corp: { client_id: c, client_secret: cs-1, token_params: { audience: x, assertion_key: "file:k" } }
  other: { client_secret: "\${SECRET}" }
  broken: 1
model_routes: [{ source_model: "*" }]
`
  const places = new ConfigEditor(elsewhere).secrets()
  expect(places.map(({ path, record, kind, secrecy }) => [path.join('.'), record, kind, secrecy])).toEqual([
    ['upstream_accounts.0.proxy', 'o/proxy', 'clear', 'login'],
    ['upstream_accounts.0.client_secret', 'o/client_secret', 'clear', 'always'],
    ['upstream_accounts.0.access_token', 'o/access_token', 'clear', 'always'],
    ['upstream_accounts.0.refresh_token', 'o/refresh_token', 'encrypted', 'always'],
    ['oauth_profiles.corp.client_secret', 'oauth_profiles.corp.client_secret', 'clear', 'always'],
    [
      'oauth_profiles.corp.token_params.assertion_key',
      'oauth_profiles.corp.token_params.assertion_key',
      'reference',
      'by-name',
    ],
    ['oauth_profiles.other.client_secret', 'oauth_profiles.other.client_secret', 'reference', 'always'],
  ])
})

/** A file in which this key, as the reference writes its path, holds this text. */
function fileWith(path: string, text: string): string {
  const steps = path.replaceAll('[]', '.[]').split('.')
  const data = steps.reduceRight<unknown>(
    (inner, step) => (step === '[]' ? [{ id: 'x', ...(inner as object) }] : { [step]: inner }),
    text,
  )
  return JSON.stringify(data)
}

it('knows every key of the schema whose name says that it is secret', () => {
  // Hashes are kept instead of secrets, and the section `proxy` holds timeouts.
  const keys = settingsOf(configJsonSchema() as Schema)
    .map(({ path }) => path)
    .filter((path) => /(?:key|token|secret|password|proxy|credential|authorization)$/i.test(path))
    .filter((path) => path !== 'proxy' && !path.includes('no_proxy'))
  expect(keys).toContain('upstream_accounts[].api_key')
  const missed = keys.filter((path) => new ConfigEditor(fileWith(path, 'http://me:secret@host')).secrets().length === 0)
  expect(missed).toEqual([])
})
