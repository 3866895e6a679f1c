import { describe, expect, it } from 'vitest'
import { type Schema, settingsOf } from '../../test/config-reference.ts'
import { DOCUMENT_SAMPLE } from '../../test/samples.ts'
import type { Issue } from './issue.ts'
import { type LoadOptions, loadConfig } from './load.ts'
import type { GatewayConfig } from './schema.ts'
import { configJsonSchema } from './sections.ts'
import { defaultConfigText } from './starter.ts'

const HASH = 'AB'.repeat(32)

function load(text: string, options?: LoadOptions): GatewayConfig {
  const result = loadConfig(text, options)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.config
}

function issues(text: string, options?: LoadOptions): readonly Issue[] {
  const result = loadConfig(text, options)
  return result.ok ? result.warnings : result.issues
}

const brief = (text: string, options?: LoadOptions): string[] =>
  issues(text, options).map(({ line, column, path, code }) => `${line}:${column} ${path} ${code}`)

const account = (extra: string): string =>
  `upstream_accounts:\n  - id: a\n    name: n\n    type: api-key\n    provider: anthropic\n    api_key: k\n    ${extra}\n`

describe('what the user document shows', () => {
  it('loads as written', () => {
    const config = load(DOCUMENT_SAMPLE)
    expect(config.server).toMatchObject({ host: '0.0.0.0', port: 3847, timeoutMs: 30_000 })
    expect(config.timeouts).toEqual({
      requestMs: 60_000,
      streamIdleMs: 300_000,
      connectMs: 10_000,
      tlsMs: 10_000,
      idleConnMs: 90_000,
      responseMs: 30_000,
    })
    expect(config.keys).toEqual([
      { id: 'gw_xxxxx', name: '团队API', keyHash: 'hashed_key', permissions: ['read', 'write'], status: 'active' },
    ])
    expect(config.accounts).toEqual([
      {
        id: 'upstream_xxxxx',
        name: '生产环境-anthropic',
        type: 'api-key',
        provider: 'anthropic',
        apiKey: 'sk-ant-xxxxx',
        status: 'active',
      },
    ])
    expect(config.logging).toEqual({ level: 'info', format: 'json' })
    expect(config.environment).toEqual({ noProxy: 'localhost,127.0.0.1,::1' })
  })

  it('warns of the wide bind and of the placeholder hash, and of nothing else', () => {
    expect(brief(DOCUMENT_SAMPLE)).toEqual(['2:9 server.host exposed-host', '17:15 gateway_keys[0].key_hash inert-key'])
  })
})

describe('defaults', () => {
  it('fill in whatever is absent', () => {
    expect(load('{}')).toEqual({
      server: { host: '127.0.0.1', port: 3847, timeoutMs: 120_000, drainTimeoutMs: 30_000, metrics: false },
      timeouts: {
        requestMs: 600_000,
        streamIdleMs: 300_000,
        connectMs: 10_000,
        tlsMs: 10_000,
        idleConnMs: 90_000,
        responseMs: 300_000,
      },
      keys: [],
      accounts: [],
      oauthProfiles: [],
      routes: { routes: [], defaultBehavior: 'passthrough' },
      routing: { strategy: 'health-first' },
      responses: { store: 'off', maxEntries: 1000, maxBytes: 64 * 2 ** 20, ttlMs: 24 * 3_600_000 },
      conversion: { strict: false },
      limits: { bodyBytes: 32 * 2 ** 20, bufferedBytes: 256 * 2 ** 20, concurrency: 1000 },
      ledger: { enabled: true, file: 'ledger.db', retentionDays: 90 },
      prices: [],
      logging: { level: 'info' },
      environment: {},
    })
  })

  it('apply to sections that are named but empty', () => {
    expect(load('server:\nproxy:\ngateway_keys:\nmodel_routes:\nenvironment:\n  http_proxy:\n')).toEqual(load('{}'))
  })

  it('are what the starter file spells out, without a warning', () => {
    expect(issues(defaultConfigText())).toEqual([])
    expect(load(defaultConfigText())).toEqual({
      ...load('{}'),
      environment: { noProxy: 'localhost,127.0.0.1,::1' },
    })
  })

  it('give a server that others reach longer to drain', () => {
    expect(load('server: { host: 10.0.0.1 }').server.drainTimeoutMs).toBe(600_000)
    expect(load('server: { host: "::1" }').server.drainTimeoutMs).toBe(30_000)
  })
})

describe('every setting', () => {
  it('of the server is read', () => {
    const config = load(`server:
  port: 0
  timeout: 1m
  drain_timeout: 250ms
  body_limit: 1MB
  buffer_limit: 2MiB
  concurrency: 7
  metrics: true
  cors: { origins: ["https://a.example", "http://localhost:3000"] }
  admin_key_hash: ${HASH}
`)
    expect(config.server).toEqual({
      host: '127.0.0.1',
      port: 0,
      timeoutMs: 60_000,
      drainTimeoutMs: 250,
      metrics: true,
      cors: { origins: ['https://a.example', 'http://localhost:3000'] },
      admin: { keyHash: HASH.toLowerCase() },
    })
    expect(config.limits).toEqual({ bodyBytes: 1_000_000, bufferedBytes: 2 ** 21, concurrency: 7 })
  })

  it('of origins are spelt as browsers spell them, those of apps and extensions too', () => {
    const origins =
      'HTTPS://Chat.Example.com:443, "http://localhost:80", "https://a.example:8443", Chrome-Extension://AbC'
    expect(load(`server: { cors: { origins: [${origins}] } }`).server.cors).toEqual({
      origins: ['https://chat.example.com', 'http://localhost', 'https://a.example:8443', 'chrome-extension://abc'],
    })
  })

  it('of what is kept of responses is read', () => {
    const config = load('responses: { store: memory, max_entries: 5, max_size: 1MiB, ttl: 1h }')
    expect(config.responses).toEqual({ store: 'memory', maxEntries: 5, maxBytes: 2 ** 20, ttlMs: 3_600_000 })
  })

  it('of conversions is read', () => {
    expect(load('conversion: { strict: true }').conversion).toEqual({ strict: true })
  })

  it('of the ledger and the prices is read', () => {
    const { ledger, prices } = load(`ledger: { enabled: false, file: /var/lib/ledger.db, retention_days: 7 }
prices:
  - { model: own-*, input: 0.5, output: 1.5 }
  - { model: m, account: a, provider: p, input: 1, output: 2, cache_read: 0.1, cache_write: 1.25, cache_write_1h: 2, reasoning: 3 }
`)
    expect(ledger).toEqual({ enabled: false, file: '/var/lib/ledger.db', retentionDays: 7 })
    expect(prices).toEqual([
      { model: 'own-*', input: 0.5, output: 1.5 },
      {
        model: 'm',
        account: 'a',
        provider: 'p',
        input: 1,
        output: 2,
        cacheRead: 0.1,
        cacheWrite: 1.25,
        cacheWrite1h: 2,
        reasoning: 3,
      },
    ])
  })

  it('of a gateway key is read', () => {
    const [key] = load(`gateway_keys:
  - id: gw_1
    name: one
    key_hash: ${HASH}
    permissions: [admin]
    status: disabled
    rate_limit: { requests_per_minute: 1, requests_per_hour: 0, tokens_per_minute: 5, concurrency: 2 }
    models: [claude-*, gpt-5]
    model_routes: { routes: [{ source: "*", target: m }], default_behavior: reject }
    expires_at: 2030-01-02
    created_at: 2025-08-24T12:00:00.123456789+08:00
`).keys
    expect(key).toEqual({
      id: 'gw_1',
      name: 'one',
      keyHash: HASH.toLowerCase(),
      permissions: ['admin'],
      status: 'disabled',
      rateLimit: { requestsPerMinute: 1, tokensPerMinute: 5, concurrency: 2 },
      models: ['claude-*', 'gpt-5'],
      modelRoutes: { routes: [{ source: '*', target: 'm', enabled: true }], defaultBehavior: 'reject' },
      expiresAt: Date.UTC(2030, 0, 2),
      createdAt: Date.UTC(2025, 7, 24, 4, 0, 0, 123),
    })
  })

  it('of an upstream account is read', () => {
    const extra = `base_url: http://127.0.0.1:1/v1/
    priority: -1
    weight: 0.5
    models: ["a*"]
    dialects: [openai-chat, gemini]
    options: { api_version: 2024-10-21, empty: null, nested: { on: true } }
    capabilities: { sampling: none, efforts: [low, high], max_stops: 0, media: [], tools: false }`
    expect(load(account(extra)).accounts[0]).toEqual({
      id: 'a',
      name: 'n',
      type: 'api-key',
      provider: 'anthropic',
      apiKey: 'k',
      status: 'active',
      baseUrl: 'http://127.0.0.1:1/v1',
      priority: -1,
      weight: 0.5,
      models: ['a*'],
      dialects: ['openai-chat', 'gemini'],
      options: { api_version: '2024-10-21', empty: null, nested: { on: true } },
      capabilities: { sampling: 'none', efforts: ['low', 'high'], maxStops: 0, media: [], tools: false },
    })
  })

  it('of a route is read under each of its names', () => {
    const { routes } = load(`model_routes:
  - { source_model: a, target_model: b, target_provider: openai, priority: 3, enabled: false, id: r, description: d }
  - { source: a, target: b, provider: openai }
  - { model: a }
`)
    expect(routes.routes).toEqual([
      { source: 'a', target: 'b', provider: 'openai', priority: 3, enabled: false, id: 'r', description: 'd' },
      { source: 'a', target: 'b', provider: 'openai', enabled: true },
      { source: 'a', enabled: true },
    ])
  })

  it('may come from the environment, numbers and flags too', () => {
    const env = { PORT: '8080', METRICS: 'true', NAME: 'from env', KEY: 'sk-1' }
    const text = 'server: { port: "${PORT}", metrics: "${METRICS}", timeout: "${T:-5}" }\n'
    expect(load(text, { env }).server).toMatchObject({ port: 8080, metrics: true, timeoutMs: 5000 })
    const named = account('status: active').replace('name: n', 'name: ${NAME}').replace('api_key: k', 'api_key: ${KEY}')
    expect(load(named, { env }).accounts[0]).toMatchObject({ name: 'from env', apiKey: 'sk-1' })
  })
})

describe('faults', () => {
  it('are told in our own words, whatever stands at a key', () => {
    const odd = [-1, 0, 1.5, 1e300, 'x', '', [], {}, [{}], [1], true, '.inf', '.nan']
    const said = settingsOf(configJsonSchema() as Schema).flatMap(({ path }) => {
      const steps = path.replaceAll('[]', '.[]').split('.')
      return odd.flatMap((value) => {
        const text = steps.reduceRight(
          (inner, step) => {
            const named = `${JSON.stringify(step)}: ${inner}`
            return step === '[]' ? `[${inner}]` : `{ ${named} }`
          },
          String(value).startsWith('.') ? String(value) : JSON.stringify(value),
        )
        const result = loadConfig(text)
        return (result.ok ? result.warnings : result.issues).map(({ message }) => message)
      })
    })
    expect(said.length).toBeGreaterThan(1_000)
    expect([...new Set(said)].filter((message) => !/^[a-z"]/.test(message))).toEqual([])
  })

  it('come all at once, each at its place, in the order of the file', () => {
    const text = `server:
  hots: x
  port: 99999
gateway_keys:
  - id: a
    name: 0777
    key_hash: ${HASH}
    permisions: [read]
  - id: a
    name: \${NOPE}
    key_hash: ${HASH.toLowerCase()}
upstream_accounts:
  - { id: u, name: n, type: api-key, provider: antropic, base_url: "ftp://x" }
  - { id: v, name: n, type: api-key, provider: azure, api_key: k }
model_routes:
  - { source: "a*b", account: w }
  - { target: x }
logging: { level: loud }
bogus: 1
`
    expect(brief(text)).toEqual([
      '2:3 server.hots unknown-key',
      '3:9 server.port invalid-value',
      '6:11 gateway_keys[0].name wrong-type',
      '8:5 gateway_keys[0].permisions unknown-key',
      '9:9 gateway_keys[1].id duplicate-value',
      '10:11 gateway_keys[1].name unset-variable',
      '11:15 gateway_keys[1].key_hash duplicate-value',
      '13:5 upstream_accounts[0].api_key missing-key',
      '13:48 upstream_accounts[0].provider invalid-value',
      '13:68 upstream_accounts[0].base_url invalid-value',
      '14:5 upstream_accounts[1].base_url missing-key',
      '16:15 model_routes[0].source invalid-value',
      '16:31 model_routes[0].account unknown-reference',
      '17:5 model_routes[1] missing-key',
      '18:19 logging.level invalid-value',
      '19:1 bogus unknown-key',
    ])
  })

  it('suggest what was meant', () => {
    const hints = issues(`servr: {}\nlogging: { level: wran }\n${account('wieght: 1')}`).map(({ hint }) => hint)
    expect(hints).toEqual(['did you mean "server"?', 'did you mean "warn"?', 'did you mean "weight"?'])
  })

  it('warn of an option that the provider does not read', () => {
    const text = account('options: { versoin_path: v2, note: x, version_path: v1 }')
    const found = issues(text.replace('anthropic', 'openai'))
    expect(found).toMatchObject([
      { severity: 'warning', line: 7, column: 16, hint: 'did you mean "version_path"?' },
      { severity: 'warning', message: expect.stringContaining('"note" is no option of the provider') },
    ])
  })

  it('name a missing key once, at the entry that lacks it', () => {
    const found = issues('gateway_keys:\n  - name: n\n    key_hash: x\n').filter(({ severity }) => severity === 'error')
    expect(found).toMatchObject([{ path: 'gateway_keys[0].id', message: '"id" is missing', line: 2, column: 5 }])
  })

  it.each([
    ['api_key', 'openai', '12345'],
    ['api_key', 'openai', 'true'],
    ['base_url', 'azure', '[x]'],
    ['base_url', 'openai-compatible', '5'],
  ])('tell a %s of the wrong type (%s: %s) once, and not as missing too', (key, provider, value) => {
    const text = account('status: active')
      .replace('anthropic', provider)
      .replace(/ *api_key: k\n/, '')
    const other = key === 'api_key' ? '' : '    api_key: k\n'
    const found = issues(`${text}\n${other}    ${key}: ${value}\n`)
    expect(found).toMatchObject([{ path: `upstream_accounts[0].${key}`, code: 'wrong-type' }])
  })

  it.each([
    ['server: { port: ${PORT}, host: ${HOST} }\nlogging: {}\n', 17, 'put it in quotes: "${NAME}"', 'without quotes'],
    ['server: { port: ${PORT }\nlogging: {}\n', 17, 'put it in quotes: "${NAME}"', 'without quotes'],
    ['server:\n  port:3847\n', 3, 'put a space after the colon', 'found text'],
    [`${account('models: gpt-4o')}`, 13, 'put it in brackets, also where it is only one', 'found text'],
    [`${account('weight: -1')}`, 13, undefined, 'must be a number of 0 or more'],
    [`${account('priority: high')}`, 15, undefined, /^must be a whole number$/],
    [`${account('base_url: https://h/v1/chat/completions')}`, 15, undefined, /^must end before "\/chat\/completions"/],
    [`${account('base_url: https://h/v1/messages/')}`, 15, undefined, /^must end before "\/messages\/"/],
  ])('tell a slip by what was meant: %j', (text, column, hint, message) => {
    const [first] = issues(text)
    expect(first).toMatchObject({ column, message: expect.stringMatching(message) })
    expect(first?.hint).toBe(hint)
  })

  it('name the variable that is not set, where it stands in the text', () => {
    const [issue] = issues(account('base_url: "https://${HOST}/v1"'))
    expect(issue).toMatchObject({ code: 'unset-variable', line: 7, column: 24 })
    expect(issue?.message).toBe('needs the environment variable HOST, which is not set')
  })

  it('may leave a variable that is not set as it is written, for tools outside of the server', () => {
    const text = account('status: active').replace('api_key: k', 'api_key: ${KEY}')
    const result = loadConfig(text, { unsetVariables: 'keep' })
    expect(result.ok && result.config.accounts[0]?.apiKey).toBe('${KEY}')
    expect(result.ok && result.warnings).toMatchObject([{ code: 'unset-variable', severity: 'warning', line: 6 }])
    expect(loadConfig(text.replace('${KEY}', '${KEY'), { unsetVariables: 'keep' }).ok).toBe(false)
    const port = loadConfig('server: { port: "${PORT}" }', { unsetVariables: 'keep' })
    expect(!port.ok && port.issues.map(({ severity }) => severity)).toEqual(['error', 'warning'])
  })

  it('show the message that ${VAR:?message} gives', () => {
    expect(issues(account('base_url: ${URL:?ask the team}'))[0]?.message).toBe(
      'needs the environment variable URL: ask the team',
    )
  })

  it.each([
    ['server: { port: -1 }', 'server.port'],
    ['server: { port: 1.5 }', 'server.port'],
    ['server: { port: "http" }', 'server.port'],
    ['server: { timeout: 0 }', 'server.timeout'],
    ['server: { timeout: 9999999 }', 'server.timeout'],
    ['server: { body_limit: lots }', 'server.body_limit'],
    ['server: { metrics: yes }', 'server.metrics'],
    ['server: { cors: { origins: ["a.example"] } }', 'server.cors.origins[0]'],
    ['server: { cors: { origins: ["null"] } }', 'server.cors.origins[0]'],
    ['server: { cors: { origins: ["https://a.example/path"] } }', 'server.cors.origins[0]'],
    ['server: { cors: { origins: ["https://me@a.example"] } }', 'server.cors.origins[0]'],
    ['server: { cors: { origins: ["https://*.a.example"] } }', 'server.cors.origins[0]'],
    ['server: { cors: { origins: "a" } }', 'server.cors.origins'],
    ['server: { admin_key_hash: admin123 }', 'server.admin_key_hash'],
    ['server: []', 'server'],
    ['gateway_keys: {}', 'gateway_keys'],
    ['model_routes: 3', 'model_routes'],
    ['model_routes: { rotues: [] }', 'model_routes.rotues'],
    ['model_routes: [{ source: a, provider: opena }]', 'model_routes[0].provider'],
    ['environment: { http_proxy: "socks5://x:1" }', 'environment.http_proxy'],
    [account('base_url: https://user:pw@x.example'), 'upstream_accounts[0].base_url'],
    [account('proxy: socks5://x.example:1080'), 'upstream_accounts[0].proxy'],
    [account('proxy: [direct]'), 'upstream_accounts[0].proxy'],
    [account('base_url: https://x.example/?api=1'), 'upstream_accounts[0].base_url'],
    [account('dialects: [openai-chats]'), 'upstream_accounts[0].dialects[0]'],
    [account('dialects: []'), 'upstream_accounts[0].dialects'],
    [account('weight: -1'), 'upstream_accounts[0].weight'],
    [account('capabilities: { sampling: some }'), 'upstream_accounts[0].capabilities.sampling'],
    [account('capabilities: { efforts: [low, huge] }'), 'upstream_accounts[0].capabilities.efforts[1]'],
    [account('capabilities: { max_stops: -1 }'), 'upstream_accounts[0].capabilities.max_stops'],
    [account('capabilities: { prefil: true }'), 'upstream_accounts[0].capabilities.prefil'],
    [account('created_at: yesterday'), 'upstream_accounts[0].created_at'],
    ['just text', ''],
    ['- a list', ''],
  ])('of a kind are errors: %s', (text, path) => {
    const result = loadConfig(text)
    expect(result.ok ? [] : result.issues.map((issue) => issue.path)).toEqual([path])
  })

  it('spare what a disabled account lacks', () => {
    const text = 'upstream_accounts: [{ id: a, name: n, type: api-key, provider: azure, status: disabled }]'
    expect(issues(text)).toEqual([])
    expect(issues(text.replace('disabled', 'active')).map(({ path }) => path)).toEqual([
      'upstream_accounts[0].api_key',
      'upstream_accounts[0].base_url',
    ])
  })

  it('let the simulator do without a key and OAuth too', () => {
    expect(issues('upstream_accounts: [{ id: a, name: n, type: api-key, provider: simulator }]')).toEqual([])
    expect(issues('upstream_accounts: [{ id: a, name: n, type: oauth, provider: anthropic }]')).toEqual([])
  })

  it('take the providers of the caller', () => {
    const text = 'upstream_accounts: [{ id: a, name: n, type: oauth, provider: acme }]'
    expect(issues(text)).toHaveLength(1)
    expect(issues(text, { providers: ['acme'] })).toEqual([])
  })

  it('never quote a value that may be a secret', () => {
    const secret = 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz'
    const texts = [
      account(`${secret}: 1`),
      account(`provider2: ${secret}`),
      account(`type: ${secret}`),
      `upstream_accounts: ["${secret}"]`,
      `logging: { level: ${secret} }`,
      `${secret} ${secret}: "`,
      `api_key: "${secret}`,
    ]
    for (const text of texts) {
      expect(loadConfig(text).ok).toBe(false)
      expect(JSON.stringify(issues(text).map(({ message, hint }) => [message, hint]))).not.toContain(secret)
    }
  })
})

describe('oauth_profiles', () => {
  const written = `upstream_accounts:
  - { id: a, name: a, type: oauth, provider: openai, oauth_profile: corp }
  - { id: b, name: b, type: oauth, provider: anthropic }
  - { id: c, name: c, type: passthrough, provider: anthropic }
oauth_profiles:
  corp:
    client_id: gateway
    client_secret: file:secret
    client_auth: basic
    authorize_url: https://idp.example/authorize
    token_url: https://idp.example/token
    device_url: http://127.0.0.1:4000/device
    issuer: https://idp.example
    scopes: chat  models
    redirect_uri: http://localhost/callback
    authorize_params: { audience: models }
    token_params: { resource: models }
    header: X-Token
    prefix: ""
    clients: [claude-code]
  claude-code: { scopes: [a, b] }
`

  it('are read, whatever they lack', () => {
    const config = load(written)
    expect(config.oauthProfiles).toEqual([
      {
        name: 'corp',
        clientId: 'gateway',
        clientSecret: 'file:secret',
        clientAuthentication: 'basic',
        authorizeUrl: 'https://idp.example/authorize',
        tokenUrl: 'https://idp.example/token',
        deviceUrl: 'http://127.0.0.1:4000/device',
        issuer: 'https://idp.example',
        scopes: ['chat', 'models'],
        redirectUri: 'http://localhost/callback',
        authorizeParameters: { audience: 'models' },
        tokenParameters: { resource: 'models' },
        header: 'x-token',
        prefix: '',
        clients: ['claude-code'],
      },
      { name: 'claude-code', scopes: ['a', 'b'] },
    ])
    expect(config.accounts.map(({ type, oauthProfile }) => [type, oauthProfile])).toEqual([
      ['oauth', 'corp'],
      ['oauth', undefined],
      ['passthrough', undefined],
    ])
  })

  it.each([
    [
      'token_url: https://idp.example/token',
      'token_url: http://idp.example/token',
      'oauth_profiles.corp.token_url',
      11,
    ],
    ['redirect_uri: http://localhost/callback', 'redirect_uri: ftp://a', 'oauth_profiles.corp.redirect_uri', 15],
    ['client_auth: basic', 'client_auth: jwt', 'oauth_profiles.corp.client_auth', 9],
    ['clients: [claude-code]', 'clients: []', 'oauth_profiles.corp.clients', 20],
    ['header: X-Token', 'header: "a b"', 'oauth_profiles.corp.header', 18],
    ['issuer:', 'isuer:', 'oauth_profiles.corp.isuer', 13],
    ['oauth_profile: corp', 'oauth_profile: crop', 'upstream_accounts[0].oauth_profile', 2],
    ['type: passthrough,', 'type: passthrough, oauth_profile: corp,', 'upstream_accounts[2].oauth_profile', 4],
  ])('with %s written as %s are refused at %s', (right, wrong, path, line) => {
    const result = loadConfig(written.replace(right, wrong))
    const errors = result.ok ? [] : result.issues.filter(({ severity }) => severity === 'error')
    expect(errors.map((issue) => [issue.path, issue.line])).toEqual([[path, line]])
  })
})

describe('health_check', () => {
  const written = `routing: { health_check: { interval: 5m } }
upstream_accounts:
  - { id: a, name: a, type: api-key, provider: openai, api_key: none, health_check: { interval: 30 } }
  - { id: b, name: b, type: oauth, provider: openai, oauth_profile: corp, health_check: { interval: 1m } }
  - { id: c, name: c, type: passthrough, provider: openai }
  - { id: d, name: d, type: oauth, provider: anthropic }
oauth_profiles: { corp: {} }
`

  it('is read for all accounts and for one', () => {
    const config = load(written)
    expect(config.routing.healthCheckMs).toBe(300_000)
    expect(config.accounts.map(({ healthCheckMs }) => healthCheckMs)).toEqual([30_000, 60_000, undefined, undefined])
  })

  it.each([
    ['interval: 5m', 'interval: 0', 'routing.health_check.interval', 1, /more than 0/],
    ['interval: 5m', 'interval: soon', 'routing.health_check.interval', 1, /duration/],
    ['{ interval: 5m }', '5m', 'routing.health_check', 1, /section/],
    ['{ interval: 5m }', 'true', 'routing.health_check', 1, /section/],
    ['{ interval: 5m }', '{}', 'routing.health_check.interval', 1, /found nothing/],
    ['interval: 30', 'intervall: 30', 'upstream_accounts[0].health_check.intervall', 3, /unknown key/],
    ['interval: 30', 'interval: 30, path: /x', 'upstream_accounts[0].health_check.path', 3, /unknown key/],
    [
      'passthrough, provider: openai',
      'passthrough, provider: openai, health_check: { interval: 1m }',
      'upstream_accounts[2].health_check',
      5,
      /each client brings its own credential/,
    ],
    [
      'oauth, provider: anthropic',
      'oauth, provider: anthropic, health_check: { interval: 1m }',
      'upstream_accounts[3].health_check',
      6,
      /Claude Code alone/,
    ],
  ])('with %s written as %s is refused at %s', (right, wrong, path, line, message) => {
    const result = loadConfig(written.replace(right, wrong))
    const errors = result.ok ? [] : result.issues.filter(({ severity }) => severity === 'error')
    expect(errors.map((issue) => [issue.path, issue.line])).toContainEqual([path, line])
    expect(errors.map((issue) => issue.message).join('\n')).toMatch(message)
  })
})

describe('the budget of a key', () => {
  const key = (budget: string): string => `gateway_keys: [{ id: k, name: k, key_hash: h, budget: ${budget} }]\n`

  it('is dollars a day and a month, and 0 is none', () => {
    expect(load(key('{ usd_per_day: 2.5, usd_per_month: "50" }')).keys[0]?.budget).toEqual({
      usdPerDay: 2.5,
      usdPerMonth: 50,
    })
    expect(load(key('{ usd_per_day: 0 }')).keys[0]?.budget).toEqual({})
  })

  it.each([
    [key('{ usd_per_day: -1 }'), 'gateway_keys[0].budget.usd_per_day'],
    [key('{ usd_per_week: 1 }'), 'gateway_keys[0].budget.usd_per_week'],
    [key('5'), 'gateway_keys[0].budget'],
    [`ledger: { enabled: false }\n${key('{ usd_per_day: 1 }')}`, 'gateway_keys[0].budget'],
  ])('%s is refused at %s', (text, path) => {
    const result = loadConfig(text)
    expect(
      result.ok ? [] : result.issues.filter(({ severity }) => severity === 'error').map((issue) => issue.path),
    ).toEqual([path])
  })
})
