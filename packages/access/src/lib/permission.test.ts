import { expect, it } from 'vitest'
import { allows, type Permission } from './permission.ts'

it.each<[Permission[], Permission[]]>([
  [[], []],
  [['read'], ['read']],
  [['write'], ['write']],
  [
    ['read', 'write'],
    ['read', 'write'],
  ],
  [['admin'], ['read', 'write', 'admin']],
])('%j allows exactly %j', (permissions, allowed) => {
  const all: Permission[] = ['read', 'write', 'admin']
  expect(all.filter((needed) => allows(permissions, needed))).toEqual(allowed)
})
