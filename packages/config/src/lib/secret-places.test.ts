import { expect, it } from 'vitest'
import { ConfigEditor } from './edit.ts'
import { hasLogin } from './secret-places.ts'

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
