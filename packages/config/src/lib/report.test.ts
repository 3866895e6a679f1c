import { describe, expect, it } from 'vitest'
import { loadConfig } from './load.ts'
import { maskSecrets } from './mask.ts'
import { renderIssues } from './report.ts'

function render(text: string, color?: boolean): string {
  const result = loadConfig(text)
  return renderIssues(result.ok ? result.warnings : result.issues, text, {
    file: 'config.yaml',
    ...(color === undefined ? {} : { color }),
  })
}

describe('a rendered issue', () => {
  it('shows place, message, line, caret and help', () => {
    expect(render('server:\n  prot: 3847\n')).toBe(
      [
        'config.yaml:2:3: error: server.prot: unknown key "prot"',
        '2 |   prot: 3847',
        '  |   ^',
        '  help: did you mean "port"?',
        '',
      ].join('\n'),
    )
  })

  it('puts the caret under the value where wide characters stand before it', () => {
    const [, line, caret] = render('logging: { file: "生产", level: loud }').split('\n')
    expect(line).toBe('1 | logging: { file: "生产", level: loud }')
    expect(caret).toBe(`  | ${' '.repeat(30 + 2)}^`)
  })

  it('cuts a long line around the caret', () => {
    const [, line, caret] = render(`logging: { file: "${'x/'.repeat(200)}", level: loud }`).split('\n')
    expect(line?.length).toBeLessThan(110)
    expect(line?.slice(caret?.indexOf('^'))).toMatch(/^loud/)
  })

  it('colours only when asked', () => {
    expect(render('bogus: 1', true)).toContain('\u001b[31merror\u001b[0m')
    expect(render('bogus: 1')).not.toContain('\u001b')
  })

  it('lets no escape sequence through to the terminal', () => {
    expect(render('"\\e[31mbogus\u009b2J": 1')).not.toMatch(/[^\P{Cc}\n]/u)
  })

  it('separates several issues', () => {
    expect(render('a: 1\nb: 2\n').split('\n\n')).toHaveLength(2)
  })
})

describe('masking', () => {
  it.each([
    ['  api_key: sk-ant-1', '  api_key: ********'],
    ['  api_key: "a b"  # c', '  api_key: *****  # c'],
    ["{ id: x, apikey: 'p', b: 1 }", '{ id: x, apikey: ***, b: 1 }'],
    ['password: admin123', 'password: ********'],
    ['  - sk-ant-api03-aaaaaaaaaaaa', '  - *************************'],
    ['http_proxy: http://user:pw@proxy:1', 'http_proxy: http://*******@proxy:1'],
    ['  api_key: ${ANTHROPIC_API_KEY}', '  api_key: ${ANTHROPIC_API_KEY}'],
    ['  api_key: file:key.txt', '  api_key: file:key.txt'],
    ['gateway_keys: []', 'gateway_keys: []'],
    ['  name: "团队API"', '  name: "团队API"'],
    ['  api_key: abc: def gh # c', '  api_key: *********** # c'],
    ["  api_key: 'a' b#c d", '  api_key: *********'],
    ['- { api_key: a b, name: n }', '- { api_key: ***, name: n }'],
    ['  token: ${A} bcd', '  token: ********'],
    ['  token: ${A:-default-of-it}', '  token: *******************'],
    ['  token: ${A:?set it}', '  token: ${A:?set it}'],
    ['  api_key: |', '  api_key: |'],
    ['  proxy: http://me:p@ss@host:1/', '  proxy: http://*******@host:1/'],
  ])('%s', (line, masked) => {
    expect(maskSecrets(line)).toBe(masked)
  })

  it('hides a secret that an issue points at', () => {
    const secret = 'sk-ant-api03-abcdefghijklmnop'
    for (const line of [`api_key: ${secret}`, `apikey: "${secret}"`, `- ${secret}`, `x: [${secret}, "`]) {
      expect(render(`upstream_accounts:\n  - id: a\n    ${line}\n`)).not.toContain(secret)
    }
  })
})
