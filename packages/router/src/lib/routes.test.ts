import { describe, expect, it } from 'vitest'
import { type ModelRoute, RouteTable } from './routes.ts'

function targetOf(model: string, ...routes: ModelRoute[]): string | undefined {
  return new RouteTable({ routes }).match(model)?.target
}

describe('RouteTable', () => {
  it('prefers a higher priority to a more specific source', () => {
    expect(
      targetOf('gpt-4o', { source: 'gpt-4o', target: 'exact' }, { source: '*', target: 'star', priority: 1 }),
    ).toBe('star')
  })

  it('prefers a name to a prefix, a longer prefix to a shorter, and anything to the star', () => {
    const star = { source: '*', target: 'star' }
    const short = { source: 'gpt-*', target: 'short' }
    const long = { source: 'gpt-4*', target: 'long' }
    const exact = { source: 'gpt-4o', target: 'exact' }
    expect(targetOf('gpt-4o', star, short, long, exact)).toBe('exact')
    expect(targetOf('gpt-4.1', star, short, long, exact)).toBe('long')
    expect(targetOf('gpt-3.5-turbo', star, short, long, exact)).toBe('short')
    expect(targetOf('o3', star, short, long, exact)).toBe('star')
  })

  it('prefers the one that stands first among equals', () => {
    expect(targetOf('a', { source: 'a', target: 'first' }, { source: 'a', target: 'second' })).toBe('first')
    expect(targetOf('a', { source: '*', target: 'first' }, { source: '*', target: 'second' })).toBe('first')
  })

  it('leaves disabled routes out', () => {
    expect(targetOf('a', { source: 'a', target: 'off', enabled: false }, { source: '*', target: 'on' })).toBe('on')
  })

  it('leaves the set it was made of as it was', () => {
    const routes = [{ source: '*' }, { source: 'a' }]
    new RouteTable({ routes })
    expect(routes).toEqual([{ source: '*' }, { source: 'a' }])
  })

  it('names the models of its enabled routes', () => {
    const routes = [{ source: 'gpt-*' }, { source: 'fast' }, { source: 'old', enabled: false }, { source: '*' }]
    expect(new RouteTable({ routes }).names()).toEqual(['fast'])
  })
})
