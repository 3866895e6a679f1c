import { expect, test } from 'vitest'
import { Ids } from '../dice.ts'
import { Grants } from './grants.ts'
import { defaultSettings } from './settings.ts'

test('forgets the oldest code, token and device where there are too many', () => {
  const grants = new Grants(
    new Ids(1),
    () => 0,
    () => defaultSettings,
    2,
  )
  const code = { client: 'c1', redirectUri: 'http://127.0.0.1', challenge: '', scope: 'chat' }
  const codes = [1, 2, 3].map(() => grants.addCode(code))
  const issued = [1, 2, 3].map(() => grants.begin('c1', 'chat'))
  const devices = [1, 2, 3].map(() => grants.addDevice('c1', 'chat').deviceCode)
  const kept = [false, true, true]
  expect(devices.map((device) => grants.device(device) !== undefined)).toEqual(kept)
  expect(issued.map(({ access_token: token }) => grants.admits(token))).toEqual(kept)
  expect(codes.map((name) => grants.takeCode(name) !== undefined)).toEqual(kept)
  const [first, second] = issued.map(({ refresh_token: token }) => token)
  expect(grants.rotate(first ?? '', 'c1')).toBeUndefined()
  expect(grants.rotate(second ?? '', 'c1')).toBeDefined()
})
