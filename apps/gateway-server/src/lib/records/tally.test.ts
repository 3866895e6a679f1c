import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { TallyCounter, TallyHistogram } from './tally.ts'

const lines = async (registry: Registry): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('# HELP'))

test('a counter tells each combination of labels once, however often it is read', async () => {
  const registry = new Registry()
  const counter = new TallyCounter({ name: 'n', help: 'h', labelNames: ['a', 'b'], registry })
  counter.add(2, 'x', 'y')
  counter.add(3, 'x', 'y')
  counter.add(1, 'x', 'say "z"\n\\')
  await lines(registry)
  counter.add(1, 'x', 'y')
  expect(await lines(registry)).toEqual(['# TYPE n counter', 'n{a="x",b="y"} 6', 'n{a="x",b="say \\"z\\"\\n\\\\"} 1'])
})

test('a histogram counts what is not above each bound, the bound itself included', async () => {
  const registry = new Registry()
  const histogram = new TallyHistogram({ name: 'h', help: 'h', labelNames: ['a'], bounds: [0.5, 1], registry })
  for (const value of [0, 0.5, 0.75, 1, 7]) histogram.add(value, 'x')
  expect(await lines(registry)).toEqual([
    '# TYPE h histogram',
    'h_bucket{a="x",le="0.5"} 2',
    'h_bucket{a="x",le="1"} 4',
    'h_bucket{a="x",le="+Inf"} 5',
    'h_sum{a="x"} 9.25',
    'h_count{a="x"} 5',
  ])
})

test('without labels there is one series', async () => {
  const registry = new Registry()
  const counter = new TallyCounter({ name: 'n', help: 'h', labelNames: [], registry })
  counter.add(0.25)
  counter.add(0.5)
  expect(await lines(registry)).toEqual(['# TYPE n counter', 'n 0.75'])
})
