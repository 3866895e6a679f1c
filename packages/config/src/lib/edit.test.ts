import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMMENTED_SAMPLE, DOCUMENT_SAMPLE, GO_SAMPLE } from '../../test/samples.ts'
import { ConfigEditor } from './edit.ts'
import { loadConfig } from './load.ts'
import type { GatewayConfig } from './schema.ts'
import { defaultConfigText } from './starter.ts'

const HASH = 'c3'.repeat(32)

function edit(text: string, change: (editor: ConfigEditor) => void): string {
  const editor = new ConfigEditor(text)
  change(editor)
  return editor.toString()
}

/** What a change did to the lines: those gone with a minus, those new with a plus. */
function diff(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1
  let tail = 0
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1
  const gone = old.slice(head, old.length - tail).map((line) => `-${line}`)
  return [...gone, ...now.slice(head, now.length - tail).map((line) => `+${line}`)]
}

function changed(text: string, change: (editor: ConfigEditor) => void): string[] {
  return diff(text, edit(text, change))
}

function load(text: string): GatewayConfig {
  const result = loadConfig(text)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.config
}

describe('an edit changes only its own lines', () => {
  it('when it replaces a value, in the style that stood there', () => {
    expect(changed(COMMENTED_SAMPLE, (e) => e.updateKey('gw_1', { status: 'disabled' }))).toEqual([
      '-    status: active',
      '+    status: disabled',
    ])
    expect(changed(COMMENTED_SAMPLE, (e) => e.updateKey('gw_1', { name: "it's" }))).toEqual([
      "-    name: 'team: one'     # renamed in May",
      "+    name: 'it''s'     # renamed in May",
    ])
    expect(changed(COMMENTED_SAMPLE, (e) => e.updateKey('gw_2', { name: 'deux' }))).toEqual([
      '-    name: "two"',
      '+    name: "deux"',
    ])
    expect(changed(COMMENTED_SAMPLE, (e) => e.set(['logging', 'level'], 'debug'))).toEqual([
      '-logging: {level: info,   format: json}',
      '+logging: {level: debug,   format: json}',
    ])
  })

  it('when it fills an empty value beside a comment', () => {
    expect(changed(COMMENTED_SAMPLE, (e) => e.setEnvironment('http_proxy', 'http://p:1'))).toEqual([
      '-    http_proxy:    # none',
      '+    http_proxy: "http://p:1"    # none',
    ])
  })

  it('when it adds a key, apart from the others as they are', () => {
    const key = { id: 'gw_3', name: 'three', keyHash: HASH, permissions: ['read' as const] }
    expect(changed(COMMENTED_SAMPLE, (e) => e.addKey(key))).toEqual([
      '+  - id: "gw_3"',
      '+    name: "three"',
      `+    key_hash: "${HASH}"`,
      '+    permissions: ["read"]',
      '+',
    ])
  })

  it('when it adds the first account to an empty list that has a comment', () => {
    const account = { id: 'u', name: 'n', type: 'api-key', provider: 'openai', apiKey: '${OPENAI_KEY}' } as const
    expect(
      changed(COMMENTED_SAMPLE, (e) => e.addAccount({ ...account, options: { headers: { 'x-a': '1' } } })),
    ).toEqual([
      '-upstream_accounts: []   # none yet',
      '+upstream_accounts:   # none yet',
      '+  - id: "u"',
      '+    name: "n"',
      '+    type: "api-key"',
      '+    provider: "openai"',
      '+    api_key: "${OPENAI_KEY}"',
      '+    options:',
      '+      headers:',
      '+        x-a: "1"',
    ])
  })

  it('when it adds to a list whose dashes stand at the margin', () => {
    expect(changed(COMMENTED_SAMPLE, (e) => e.addRoute({ source: '*', priority: -1, enabled: false }))).toEqual([
      '+- source_model: "*"',
      '+  priority: -1',
      '+  enabled: false',
    ])
  })

  it('when it adds a setting to an entry', () => {
    const patch = { rateLimit: { requestsPerMinute: 3 }, expiresAt: Date.UTC(2030, 0, 1) }
    expect(changed(COMMENTED_SAMPLE, (e) => e.updateKey('gw_1', patch))).toEqual([
      '+    rate_limit:',
      '+      requests_per_minute: 3',
      '+    expires_at: "2030-01-01T00:00:00.000Z"',
    ])
  })

  it('when it adds a section', () => {
    expect(changed(COMMENTED_SAMPLE, (e) => e.set(['routing', 'strategy'], 'weighted'))).toEqual([
      '+routing:',
      '+  strategy: "weighted"',
    ])
    expect(changed(COMMENTED_SAMPLE, (e) => e.set(['server', 'cors', 'origins'], '*'))).toEqual([
      '+  cors:',
      '+    origins: "*"',
    ])
    expect(changed(COMMENTED_SAMPLE, (e) => e.set(['logging', 'file'], 'a.log'))).toEqual([
      '-logging: {level: info,   format: json}',
      '+logging: {level: info,   format: json, file: "a.log"}',
    ])
  })

  it('when it removes an entry, with the comment that speaks of it', () => {
    expect(changed(COMMENTED_SAMPLE, (e) => e.removeKey('gw_2'))).toEqual([
      '-  # the second team',
      '-  - id: gw_2',
      '-    name: "two"',
      `-    key_hash: "${'b2'.repeat(32)}"`,
      '-    status: active',
      '-',
    ])
  })

  it('when it removes the last entry of a list', () => {
    expect(changed(COMMENTED_SAMPLE, (e) => e.removeRoute('gpt-*'))).toEqual([
      '-model_routes:',
      '-- source_model: "gpt-*" # dashes at the margin',
      '-  target_model: claude-opus-4-1',
      '+model_routes: []',
    ])
  })

  it('when it removes a setting', () => {
    expect(changed(COMMENTED_SAMPLE, (e) => e.setEnvironment('no_proxy', undefined))).toEqual([
      '-    no_proxy: localhost,127.0.0.1',
    ])
    expect(changed(COMMENTED_SAMPLE, (e) => e.delete(['logging', 'level']))).toEqual([
      '-logging: {level: info,   format: json}',
      '+logging: {format: json}',
    ])
  })

  it('in a file with the line ends of Windows, with those', () => {
    const text = COMMENTED_SAMPLE.replaceAll('\n', '\r\n')
    const after = edit(text, (e) => {
      e.addKey({ id: 'gw_3', name: 'x', keyHash: HASH })
      e.removeKey('gw_1')
      e.addAccount({ id: 'u', name: 'n', type: 'oauth', provider: 'anthropic' })
    })
    expect(after.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(load(after).keys.map(({ id }) => id)).toEqual(['gw_2', 'gw_3'])
  })

  it('and an edit that changes nothing changes no byte', () => {
    for (const text of [COMMENTED_SAMPLE, DOCUMENT_SAMPLE, GO_SAMPLE, defaultConfigText()]) {
      const host = load(text).server.host
      const port = load(text).server.port
      const after = edit(text, (e) => {
        e.set(['server', 'host'], host)
        e.set(['server'], { ...(e.get(['server']) as object), port })
        e.setEnvironment('no_proxy', load(text).environment.noProxy)
        e.delete(['nothing', 'here'])
      })
      expect(after).toBe(text)
    }
  })
})

describe('the document sample', () => {
  it('comes back byte for byte when what was added is removed', () => {
    const after = edit(DOCUMENT_SAMPLE, (e) => {
      e.addKey({ id: 'gw_2', name: 'two', keyHash: HASH, modelRoutes: { routes: [], defaultBehavior: 'reject' } })
      e.addAccount({ id: 'upstream_2', name: 'b', type: 'oauth', provider: 'anthropic' })
      e.updateKey('gw_xxxxx', { status: 'disabled', models: ['a*'] })
      e.updateKey('gw_xxxxx', { status: 'active', models: undefined })
      e.removeKey('gw_2')
      e.removeAccount('upstream_2')
    })
    expect(after).toBe(DOCUMENT_SAMPLE)
  })
})

describe('editing', () => {
  it('starts from an empty or half-written file', () => {
    for (const text of ['# nothing yet\n', '{}\n', 'gateway_keys:\n', 'server: {}', 'server:\n  port: 1']) {
      const after = edit(text, (e) => e.addKey({ id: 'a', name: 'n', keyHash: HASH }))
      expect(load(after).keys).toHaveLength(1)
    }
  })

  it('adds to and removes from lists in brackets', () => {
    const text = 'gateway_keys: [{id: a, name: n, key_hash: x}, {id: b, name: n, key_hash: y}]  # both\n'
    const added = edit(text, (e) => e.addKey({ id: 'c', name: 'n', keyHash: HASH }))
    expect(added).toContain(', { id: "c", name: "n"')
    for (const id of ['a', 'b', 'c']) {
      const after = edit(added, (e) => e.removeKey(id))
      expect(load(after).keys.map((key) => key.id)).toEqual(['a', 'b', 'c'].filter((other) => other !== id))
      expect(after).toContain('# both')
    }
  })

  it('finds routes by id before source, in a list or in the section of the older program', () => {
    const routes = '[{ source: a, target: x }, { id: a, source: b, target: y }]'
    for (const text of [`model_routes: ${routes}\n`, `model_routes: { routes: ${routes} }\n`]) {
      const after = edit(text, (e) => {
        e.removeRoute('a')
        e.addRoute({ source: 'c' })
      })
      expect(load(after).routes.routes.map(({ source }) => source)).toEqual(['a', 'c'])
    }
  })

  it('writes a name so that it means itself, and a key as a reference', () => {
    const name = '0777 ${HOME} $$ "quoted" \\ \u0085 # no: comment'
    const after = edit('{}', (e) => {
      e.addKey({ id: 'a', name, keyHash: HASH })
      e.addAccount({ id: 'u', name, type: 'api-key', provider: 'openai', apiKey: '${K}' })
    })
    const result = loadConfig(after, { env: { K: 'secret' } })
    expect(result.ok && result.config.keys[0]?.name).toBe(name)
    expect(result.ok && result.config.accounts[0]).toMatchObject({ name, apiKey: 'secret' })
  })

  it('finds an entry whose id is a reference', () => {
    const editor = new ConfigEditor('gateway_keys: [{ id: "${ID}", name: n, key_hash: x }]\n', { ID: 'gw_env' })
    editor.removeKey('gw_env')
    expect(editor.toString()).toBe('gateway_keys: []\n')
  })

  it('says what is not there', () => {
    const editor = new ConfigEditor(DOCUMENT_SAMPLE)
    expect(() => editor.updateKey('gw_9', {})).toThrow('no gateway key has the id "gw_9"')
    expect(() => editor.removeAccount('u')).toThrow('no upstream account has the id "u"')
    expect(() => editor.removeRoute('r')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  })

  it('refuses text that is no YAML', () => {
    expect(() => new ConfigEditor('a: "')).toThrow(expect.objectContaining({ code: 'EDIT_UNSUPPORTED' }))
  })

  it('keeps aliases that it does not touch', () => {
    const text = 'upstream_accounts:\n  - &a { id: a, name: n, type: oauth, provider: openai }\nmodel_routes: [] # m\n'
    expect(changed(text, (e) => e.set(['server', 'port'], 1))).toEqual(['+server:', '+  port: 1'])
  })
})

describe('many edits at once', () => {
  const account = (id: string, key: string): string =>
    `  - id: ${id} # ${id}\n    name: 账号\n    type: api-key\n    provider: openai\n    api_key: ${key}\n    status: active\n`

  it('change a value and its aliases, wherever the anchor stands', () => {
    const text = `upstream_accounts:\n${account('a', '&k sk-1 # shared')}${account('b', '*k # the same')}`
    const after = edit(text, (e) => e.setAll(e.secrets().map(({ path, record }) => [path, `enc:${record}`])))
    expect(after).toBe(text.replace('sk-1', '"enc:a"').replace('*k', '"enc:b"'))
    const flow = 'upstream_accounts: [{id: a, api_key: &k sk-1},  {id: b, api_key: *k}]  # both\n'
    expect(edit(flow, (e) => e.setAll(e.secrets().map(({ path, record }) => [path, `enc:${record}`])))).toBe(
      'upstream_accounts: [{id: a, api_key: &k "enc:a"},  {id: b, api_key: "enc:b"}]  # both\n',
    )
  })

  it('make in place what can be, though another cannot', () => {
    const text = `upstream_accounts:\n${account('a', '|\n      sk-1')}${account('b', 'sk-2   # two')}`
    const after = edit(text, (e) =>
      e.setAll(['x', 'y'].map((key, index) => [['upstream_accounts', index, 'api_key'], key])),
    )
    expect(load(after).accounts.map(({ apiKey }) => apiKey)).toEqual(['x', 'y'])
    expect(after).toContain('# two')
    // A path that leads through an alias cannot be written at all.
    const shared = 'x: &o {api_key: s}\nupstream_accounts: [{id: a, options: *o}]\n'
    expect(() => edit(shared, (e) => e.set(['upstream_accounts', 0, 'options', 'api_key'], 't'))).toThrow(
      /cannot be edited here \(upstream_accounts\.0\.options\.api_key\)/,
    )
  })

  it('leave a half-made change unmade', () => {
    const editor = new ConfigEditor('server: {port: 1}\n')
    const values = (function* (): Generator<[string[], unknown]> {
      yield [['server', 'port'], 2]
      throw new Error('no more')
    })()
    expect(() => editor.setAll(values)).toThrow('no more')
    editor.set(['server', 'host'], '::1')
    expect(editor.toString()).toBe('server: {port: 1, host: "::1"}\n')
  })

  it('of a file of ten thousand lines take seconds', { timeout: 20_000 }, () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `u${index}`)
    const old =
      '    health_status: healthy # h\n    usage:\n      total_requests: 1\n    updated_at: 2025-08-01T10:00:00Z\n'
    const text = `upstream_accounts:\n${ids.map((id) => account(id, `sk-${id}`) + old).join('')}`
    const after = edit(text, (e) => {
      expect(e.rewriteLegacy()).toHaveLength(3_000)
      e.setAll(e.secrets().map(({ path, record }) => [path, `enc:${record}`]))
    })
    expect(after).toBe(`upstream_accounts:\n${ids.map((id) => `${account(id, `"enc:${id}"`)}    # h\n`).join('')}`)
  })
})

describe('any sequence of edits', () => {
  const id = fc.constantFrom('gw_1', 'gw_2', 'k3', 'k4')
  const name = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('no', '- x', 'a: b', '# c', '\n', "'", '*', '&'))
  const step = fc.oneof(
    fc.record({ op: fc.constant('add' as const), id, name }),
    fc.record({ op: fc.constant('rename' as const), id, name }),
    fc.record({ op: fc.constant('limit' as const), id, limit: fc.option(fc.nat(), { nil: undefined }) }),
    fc.record({ op: fc.constant('remove' as const), id }),
    fc.record({ op: fc.constant('proxy' as const), value: fc.option(fc.constantFrom('', 'a,b'), { nil: undefined }) }),
  )
  const start = fc.constantFrom(COMMENTED_SAMPLE, DOCUMENT_SAMPLE, GO_SAMPLE, defaultConfigText(), '{}', '# x')

  it('leaves the data it says and every comment line outside of what it removes', () => {
    fc.assert(
      fc.property(start, fc.array(step, { maxLength: 8 }), (text, steps) => {
        const editor = new ConfigEditor(text)
        const names = new Map(load(text).keys.map((key) => [key.id, key.name]))
        for (const each of steps) {
          if (each.op === 'proxy') editor.setEnvironment('no_proxy', each.value)
          else if (each.op === 'add' && !names.has(each.id)) {
            editor.addKey({ id: each.id, name: each.name, keyHash: each.id })
            names.set(each.id, each.name)
          } else if (each.op === 'rename' && names.has(each.id)) {
            editor.updateKey(each.id, { name: each.name })
            names.set(each.id, each.name)
          } else if (each.op === 'limit' && names.has(each.id)) {
            const rateLimit = each.limit === undefined ? undefined : { requestsPerDay: each.limit }
            editor.updateKey(each.id, { rateLimit })
          } else if (each.op === 'remove' && names.has(each.id)) {
            editor.removeKey(each.id)
            names.delete(each.id)
          }
        }
        const after = editor.toString()
        expect(new Map(load(after).keys.map((key) => [key.id, key.name]))).toEqual(names)
        expect(load(after).accounts).toEqual(load(text).accounts)
        const own = /second team/
        for (const line of text.split('\n').filter((each) => /^\s*#/.test(each) && !own.test(each))) {
          expect(after.split('\n')).toContain(line)
        }
      }),
      { numRuns: 150 },
    )
  })
})
