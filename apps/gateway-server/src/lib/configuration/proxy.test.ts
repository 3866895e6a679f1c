import { expect, test } from 'vitest'
import { proxyOf } from './proxy.ts'

const accounts = new Map<string, string>()

test.each([
  ['nothing', {}, {}, {}],
  ['the file before the process', { httpProxy: 'http://f' }, { http_proxy: 'http://p' }, { httpProxy: 'http://f' }],
  ['lower case before upper', {}, { http_proxy: 'http://l', HTTP_PROXY: 'http://u' }, { httpProxy: 'http://l' }],
  ['upper case alone', {}, { HTTPS_PROXY: 'http://u', NO_PROXY: 'a' }, { httpsProxy: 'http://u', noProxy: 'a' }],
  ['upper case where lower is empty', {}, { no_proxy: '', NO_PROXY: 'a' }, { noProxy: 'a' }],
  ['one for all', {}, { ALL_PROXY: 'http://a' }, { httpProxy: 'http://a', httpsProxy: 'http://a' }],
  ['one for all without a scheme', {}, { all_proxy: 'a:3128' }, { httpProxy: 'a:3128', httpsProxy: 'a:3128' }],
  [
    'one for the rest',
    { httpProxy: 'http://f' },
    { all_proxy: 'http://a' },
    { httpProxy: 'http://f', httpsProxy: 'http://a' },
  ],
  ['none of another kind for all', {}, { ALL_PROXY: 'socks5h://127.0.0.1:1080' }, {}],
])('the proxy is %s', (_name, file, env, settings) => {
  expect(proxyOf(file, env, accounts)).toEqual({ accounts, ...settings })
})
