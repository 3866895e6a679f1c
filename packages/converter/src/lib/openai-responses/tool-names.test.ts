import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../chat/json.ts'
import { ToolNames } from './tool-names.ts'

const named = (name: string): JsonObject => ({ type: 'function', name })
const space = (name: string, ...tools: JsonObject[]): JsonObject => ({ type: 'namespace', name, tools })

describe('one name for a tool of a namespace', () => {
  it('is joined and taken apart again by the tools the request declares', () => {
    const names = new ToolNames({ tools: [named('ls'), space('git', named('log')), space('mcp__x__', named('y'))] })
    expect(names.flat('log', 'git')).toBe('git__log')
    expect(names.flat('y', 'mcp__x__')).toBe('mcp__x__y')
    expect(names.spell('git__log')).toEqual({ name: 'log', namespace: 'git' })
    expect(names.spell('ls')).toEqual({ name: 'ls' })
    expect(names.spell('of_others__x')).toEqual({ name: 'of_others__x' })
  })

  it('makes way for a plain tool that has the joined name, and for another namespace’s', () => {
    const tools = [space('a', named('b__c')), space('a__b', named('c')), space('p', named('q')), named('p__q')]
    const names = new ToolNames({ tools })
    const flat = [names.flat('b__c', 'a'), names.flat('c', 'a__b'), names.flat('q', 'p'), names.flat('p__q', undefined)]
    expect(flat).toEqual(['a__b__c', 'a__b.c', 'p.q', 'p__q'])
    expect(flat.map((name) => names.spell(name))).toEqual([
      { name: 'b__c', namespace: 'a' },
      { name: 'c', namespace: 'a__b' },
      { name: 'q', namespace: 'p' },
      { name: 'p__q' },
    ])
  })

  it('tells free text tools apart', () => {
    const names = new ToolNames({
      tools: [space('n', { type: 'custom', name: 'c' }), named('f'), { type: 'web_search' }],
    })
    expect(names.declared()).toEqual([
      { name: 'f', custom: false },
      { name: 'n__c', custom: true },
    ])
  })

  it.each([{}, { tools: 5 }, { tools: [null, {}, { type: 'namespace', tools: 5 }] }])(
    'reads %j without complaint',
    (request) => {
      expect(new ToolNames(request).declared()).toEqual([])
    },
  )
})
