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

test.each([
  [
    'the file’s',
    { httpsProxy: 'socks5://me:pw-canary@p:1' },
    {},
    /^environment\.https_proxy is a proxy of the kind socks5:\/\/, .*env set --https-proxy=/,
  ],
  [
    'the process’s',
    {},
    { HTTP_PROXY: 'socks4://p:1' },
    /^the environment variable HTTP_PROXY .*unset it.*env set --http-proxy=/,
  ],
  [
    'one in lower case',
    {},
    { https_proxy: 'ftp://p:1' },
    /^the environment variable https_proxy is a proxy of the kind ftp:\/\//,
  ],
  ['what is no address', {}, { http_proxy: 'http://a b' }, /^the environment variable http_proxy /],
])(
  '%s proxy of another kind is refused with its name, what is supported and what to do',
  (_name, file, env, message) => {
    const told = (): unknown => proxyOf(file, env, accounts)
    expect(told).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }))
    expect(told).toThrow(expect.objectContaining({ message: expect.not.stringContaining('canary') }))
  },
)

test('a variable that the file overrides is nobody’s trouble', () => {
  const env = { HTTP_PROXY: 'socks5://p:1', HTTPS_PROXY: 'socks5://p:1' }
  expect(proxyOf({ httpProxy: 'http://f', httpsProxy: 'http://f' }, env, accounts)).toMatchObject({
    httpProxy: 'http://f',
  })
})
