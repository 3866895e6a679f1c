import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMMENTED_SAMPLE, DOCUMENT_SAMPLE, GO_SAMPLE } from '../../test/samples.ts'
import { type LoadResult, loadConfig } from './load.ts'
import { MAX_FILE_LENGTH } from './parse.ts'

function refusal(text: string): { code: string; line: number; column: number }[] {
  const result = loadConfig(text)
  return result.ok ? [] : result.issues.map(({ code, line, column }) => ({ code, line, column }))
}

/** Nine lists of nine aliases each: 9^9 nodes if it were read out. */
const BOMB = Array.from({ length: 9 }, (_, level) => {
  const inner = level === 0 ? 'x' : `*a${level - 1}`
  return `l${level}: &a${level} [${Array<string>(9).fill(inner).join(', ')}]`
}).join('\n')

describe('YAML that is refused', () => {
  it.each([
    ['a tab for indentation', 'server:\n\tport: 1\n', 'yaml-syntax', 2, 1],
    ['a missing quote', 'server:\n  host: "x\n', 'yaml-syntax', 3, 1],
    ['two documents', 'server: {}\n---\nserver: {}\n', 'yaml-syntax', 2, 1],
    ['a key twice', 'server:\n  port: 1\n  port: 2\n', 'duplicate-key', 3, 3],
    ['a merge key', 'server: &a { port: 1 }\nproxy:\n  <<: *a\n', 'yaml-unsupported', 3, 3],
    ['a tag of its own', 'server: !!js/function "x"\n', 'yaml-unsupported', 1, 9],
    ['a local tag', 'server: { host: !env HOST }\n', 'yaml-unsupported', 1, 17],
    ['a binary', 'server: { host: !!binary aGk= }\n', 'yaml-unsupported', 1, 26],
    ['an older YAML', '%YAML 1.1\n---\nserver: {}\n', 'yaml-unsupported', 1, 1],
    ['an alias without anchor', 'server: *nope\n', 'yaml-syntax', 1, 9],
    ['an alias within its own anchor', 'server: &s { cors: *s }\n', 'yaml-syntax', 1, 20],
    ['a key that is no text', 'server:\n  12: x\n', 'wrong-type', 2, 3],
    ['a key that reaches for the prototype', 'server:\n  __proto__: { port: 1 }\n', 'wrong-type', 2, 3],
    ['a control character', 'server: {}\n\u0000', 'not-text', 2, 1],
    ['nothing at all', '', 'empty-file', 1, 1],
    ['blank lines only', ' \n\n', 'empty-file', 1, 1],
    ['too much', `# ${'x'.repeat(MAX_FILE_LENGTH)}`, 'too-large', 1, 1],
    ['brackets without end', '['.repeat(100_000), 'yaml-unsupported', 1, 101],
    ['dashes without end', '- '.repeat(100_000), 'yaml-unsupported', 1, 201],
  ])('%s', (_, text, code, line, column) => {
    expect(refusal(text)).toContainEqual({ code, line, column })
  })

  it('an alias bomb, before it goes off', () => {
    expect(refusal(`upstream_accounts:\n  - options:\n${BOMB.replace(/^/gm, '      ')}\n`)).toContainEqual(
      expect.objectContaining({ code: 'yaml-unsupported' }),
    )
  })

  it('nesting line by line', () => {
    const steps = Array.from({ length: 1200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')
    expect(loadConfig(steps).ok).toBe(false)
  })
})

describe('YAML that is read', () => {
  it('keeps words as text that older YAML takes for something else', () => {
    const result = loadConfig('gateway_keys: [{ id: no, name: 2024-01-01, key_hash: on }]')
    expect(result.ok && result.config.keys[0]).toMatchObject({ id: 'no', name: '2024-01-01', keyHash: 'on' })
  })

  it('asks for quotes where a name looks like a number or a flag', () => {
    for (const name of ['0777', '1e3', '0x1F', 'true']) {
      const result = loadConfig(`gateway_keys: [{ id: a, key_hash: x, name: ${name} }]`)
      expect(result.ok ? [] : result.issues).toContainEqual(
        expect.objectContaining({ code: 'wrong-type', path: 'gateway_keys[0].name', hint: 'put it in quotes' }),
      )
    }
  })

  it('may share a block by an alias', () => {
    const entry = (id: string, routes: string): string =>
      `  - { id: ${id}, name: n, key_hash: ${id}, model_routes: ${routes} }`
    const text = `gateway_keys:\n${entry('a', '&r [{ source: x }]')}\n${entry('b', '*r')}\n`
    const result = loadConfig(text)
    expect(result.ok && result.config.keys[1]?.modelRoutes?.routes).toEqual([{ source: 'x', enabled: true }])
  })

  it('may start with a byte order mark and end its lines as Windows does', () => {
    const text = `\ufeff${DOCUMENT_SAMPLE.replaceAll('\n', '\r\n')}`
    const plain = loadConfig(DOCUMENT_SAMPLE)
    const result = loadConfig(text)
    expect(result.ok && result.config).toEqual(plain.ok && plain.config)
  })

  it('may be nothing but comments', () => {
    expect(loadConfig('# later\n').ok).toBe(true)
  })
})

describe('whatever the text', () => {
  const samples = [DOCUMENT_SAMPLE, COMMENTED_SAMPLE, GO_SAMPLE]
  const marks = [
    '\n',
    '  ',
    '- ',
    ': ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '&a ',
    '*a',
    '!x ',
    '|',
    '>',
    '#',
    '?',
    '<<',
    '%',
  ]
  const words = [
    'server',
    'port',
    'gateway_keys',
    'id',
    'model_routes',
    'options',
    '${X}',
    '$',
    '---',
    '0777',
    '~',
    'é',
    '\t',
  ]
  const piece = fc.constantFrom(...marks, ...words)
  const soup = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
  const damaged = fc
    .tuple(fc.constantFrom(...samples), fc.nat(2000), fc.nat(20), soup)
    .map(([text, at, length, insert]) => text.slice(0, at) + insert + text.slice(at + length))

  function wellFormed(result: LoadResult, text: string): void {
    const lines = text.split('\n')
    for (const issue of result.ok ? result.warnings : result.issues) {
      expect(issue.line).toBeGreaterThanOrEqual(1)
      expect(issue.line).toBeLessThanOrEqual(lines.length)
      expect(issue.column).toBeLessThanOrEqual((lines[issue.line - 1] ?? '').length + 1)
      expect(issue.message).not.toBe('')
    }
    if (!result.ok) expect(result.issues.some(({ severity }) => severity === 'error')).toBe(true)
  }

  it('gives a configuration or positioned issues', () => {
    fc.assert(
      fc.property(fc.oneof(soup, damaged, fc.string({ unit: 'binary' })), (text) => wellFormed(loadConfig(text), text)),
      { numRuns: 400 },
    )
  })

  it('any data in it gives a configuration or positioned issues', () => {
    const keys = fc.constantFrom('server', 'port', 'gateway_keys', 'id', 'name', 'models', 'routes', 'options', 'x')
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue({ maxDepth: 0 }),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(keys, tie('node'), { maxKeys: 4 }),
      ),
    })).node
    fc.assert(
      fc.property(fc.dictionary(keys, value), (data) => {
        const text = JSON.stringify(data)
        wellFormed(loadConfig(text), text)
      }),
      { numRuns: 300 },
    )
  })
})
