import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { COMMENTED_SAMPLE, DOCUMENT_SAMPLE, GO_SAMPLE } from '../../test/samples.ts'
import { configJsonSchema } from './sections.ts'
import { defaultConfigText } from './starter.ts'

type Schema = Record<string, unknown>

/** Paths of the data that the schema has no place for. */
function strangers(data: unknown, schema: Schema, path: string): string[] {
  const branches = Array.isArray(schema.anyOf) ? (schema.anyOf as Schema[]) : [schema]
  if (Array.isArray(data)) {
    const list = branches.find(({ items }) => items !== undefined)
    return data.flatMap((item, index) => (list ? strangers(item, list.items as Schema, `${path}[${index}]`) : [path]))
  }
  if (typeof data !== 'object' || data === null) return []
  const section = branches.find(({ properties }) => properties !== undefined)
  const properties = section?.properties as Record<string, Schema> | undefined
  return Object.entries(data).flatMap(([key, value]) => {
    const inner = properties?.[key]
    // A free form has a place for everything below it.
    if (inner !== undefined && Object.keys(inner).every((word) => word === 'deprecated')) return []
    return inner === undefined ? [`${path}.${key}`] : strangers(value, inner, `${path}.${key}`)
  })
}

describe('the JSON Schema', () => {
  it('has a place for every key of a real file', () => {
    for (const text of [DOCUMENT_SAMPLE, COMMENTED_SAMPLE, GO_SAMPLE, defaultConfigText()]) {
      expect(strangers(parse(text), configJsonSchema(), '')).toEqual([])
    }
    expect(strangers({ server: { prot: 1 } }, configJsonSchema(), '')).toEqual(['.server.prot'])
  })

  it('refuses other keys and is plain JSON', () => {
    const schema = configJsonSchema()
    expect(schema).toMatchObject({ additionalProperties: false, title: 'LLM Gateway configuration' })
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema)
    expect(schema).not.toHaveProperty('required')
  })
})
