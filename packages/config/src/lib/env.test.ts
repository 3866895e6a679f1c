import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeReferences, expandReferences } from './env.ts'

const env = { A: 'alpha', EMPTY: '' }

describe('references', () => {
  it.each([
    ['${A}', 'alpha'],
    ['x-${A}-${A}', 'x-alpha-alpha'],
    ['${EMPTY}', ''],
    ['${A:-d}', 'alpha'],
    ['${EMPTY:-d}', 'd'],
    ['${B:-}', ''],
    ['${B:-${A}!}', 'alpha!'],
    ['${B:-${C:-deep}}', 'deep'],
    ['${A:?needed}', 'alpha'],
    ['$$', '$'],
    ['$${A}', '${A}'],
    ['$$${A}', '$alpha'],
    ['$A costs 5$', '$A costs 5$'],
  ])('%s becomes %s', (text, expected) => {
    expect(expandReferences(text, env)).toEqual({ text: expected, faults: [] })
  })

  it.each([
    ['${B}', '${B', 'needs the environment variable B, which is not set'],
    ['${B:?ask ops}', '${B', 'needs the environment variable B: ask ops'],
    ['${EMPTY:?}', '${EMPTY', 'needs the environment variable EMPTY, which is not set'],
    ['${}', '${', 'holds a reference that cannot be read'],
    ['${1A}', '${', 'holds a reference that cannot be read'],
    ['${A-d}', '${A', 'holds a reference that cannot be read'],
    ['${A:+d}', '${A', 'holds a reference that cannot be read'],
    ['${A', '${A', 'holds a reference without a closing brace'],
  ])('%s is a fault', (text, mark, message) => {
    expect(expandReferences(text, env).faults).toMatchObject([{ mark, message }])
  })

  it('are reported each, not only the first', () => {
    expect(expandReferences('${X}${Y}', {}).faults.map(({ mark }) => mark)).toEqual(['${X', '${Y'])
  })

  it('are not looked for in the values of variables', () => {
    expect(expandReferences('${A}', { A: '${B}' }).text).toBe('${B}')
  })
})

it('escaped text expands to itself', () => {
  const piece = fc.constantFrom('$', '{', '}', 'A', ':-', '${A}', '$$')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (text) => {
        expect(expandReferences(escapeReferences(text), env)).toEqual({ text, faults: [] })
      },
    ),
  )
})
