import { expect, test } from 'vitest'
import { bareHost, hostFault, isLoopback } from './hosts.ts'

test.each([
  'localhost',
  'LOCALHOST',
  '127.0.0.1',
  '127.8.9.10',
  '::1',
  '[::1]',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  ' ::1 ',
])('only this machine reaches %s', (host) => {
  expect([isLoopback(host), hostFault(host)]).toEqual([true, undefined])
})

test.each([
  '0.0.0.0',
  '::',
  '[::]',
  '10.0.0.1',
  'fe80::1',
  'fe80::1%eth0',
  '::ffff:10.0.0.1',
  'box.example',
  'my_box',
  '机器',
])('others may reach %s', (host) => {
  expect([isLoopback(host), hostFault(host)]).toEqual([false, undefined])
})

test.each([
  ['127.0.0.1:80', /without a port/],
  ['[::1]:80', /without a port/],
  ['localhost:3847', /without a port/],
  ['http://127.0.0.1', /IP address or a name/],
  ['256.1.1.1.1', /whole IP address/],
  ['127.1', /whole IP address/],
  ['a b', /IP address or a name/],
  ['[]', /IP address or a name/],
])('%s is no address to listen on', (host, fault) => {
  expect(hostFault(host)).toMatch(fault)
})

test('brackets are taken off an address', () => {
  expect(['[::1]', '::1', '127.0.0.1', ' [::] '].map(bareHost)).toEqual(['::1', '::1', '127.0.0.1', '::'])
})
