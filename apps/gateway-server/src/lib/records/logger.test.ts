import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { AccessRecord } from '@llm-gateway/gateway'
import { expect, test, vi } from 'vitest'
import { scratch } from '../../../../../test-kit/scratch.ts'
import { ServerLog, terminalOf } from './logger.ts'

const lines = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n')

test('level, format and file change while it runs, and no line is lost', async () => {
  const home = scratch()
  const [first, second] = [join(home, 'first.log'), join(home, 'logs', 'second.log')]
  const log = new ServerLog({ level: 'info', file: first })
  log.logger.info('one')
  log.logger.debug('not told')
  log.configure({ level: 'debug', format: 'text', file: first })
  log.logger.debug({ n: 2 }, 'two')
  log.configure({ level: 'debug', format: 'json', file: second })
  log.logger.debug('three')
  await log.close()
  expect(lines(first)).toEqual([
    expect.stringMatching(/^\{"level":"info",.*"message":"one"\}$/),
    expect.stringMatching(/Z DEBUG two n=2$/),
  ])
  expect(lines(second)).toEqual([expect.stringContaining('"message":"three"')])
})

test('a file that was rotated away is written anew under its name', async () => {
  const home = scratch()
  const file = join(home, 'gateway.log')
  const log = new ServerLog({ level: 'info', file })
  log.logger.info('before')
  log.flush()
  await vi.waitUntil(() => existsSync(file) && readFileSync(file, 'utf8') !== '')
  renameSync(file, `${file}.1`)
  log.reopen()
  log.logger.info('after')
  await log.close()
  expect(lines(`${file}.1`)).toEqual([expect.stringContaining('"before"')])
  expect(lines(file)).toEqual([expect.stringContaining('"after"')])
})

test('people at a terminal get text, in colour unless they decline; files and pipes get JSON', () => {
  expect(terminalOf({ isTTY: true }, {})).toEqual({ interactive: true, colour: true })
  expect(terminalOf({ isTTY: true }, { NO_COLOR: '1' })).toEqual({ interactive: true, colour: false })
  expect(terminalOf({ isTTY: true }, { TERM: 'dumb' })).toEqual({ interactive: true, colour: false })
  expect(terminalOf({}, {})).toEqual({ interactive: false, colour: false })
})

test('a format that the configuration names holds on a terminal and in a file', async () => {
  const file = join(scratch(), 'gateway.log')
  const terminal = { interactive: true, colour: true }
  for (const format of ['text', 'json', undefined] as const) {
    const log = new ServerLog({ level: 'info', file, ...(format && { format }) }, terminal)
    log.logger.info(String(format))
    await log.close()
  }
  expect(lines(file)).toEqual([
    expect.stringMatching(/Z INFO {2}text$/),
    expect.stringMatching(/^\{.*"json"\}$/),
    expect.stringMatching(/^\{.*"undefined"\}$/),
  ])
})

const record: AccessRecord = {
  requestId: 'req_1',
  startedAt: 1_795_000_000_000,
  method: 'POST',
  path: '/v1/chat/completions',
  operation: 'generate',
  dialect: 'openai-chat',
  stream: false,
  status: 200,
  durationMs: 12,
  bytesIn: 0,
  bytesOut: 61,
  keyName: 'Zoë’s laptop',
  attempts: [],
}

test('a request leaves one line among the others, as JSON and as text; one that failed is a warning', async () => {
  const file = join(scratch(), 'gateway.log')
  const log = new ServerLog({ level: 'info', file })
  log.logger.info('before')
  log.access(record, 5_250_000)
  log.configure({ level: 'info', format: 'text', file })
  log.access(record, undefined)
  log.configure({ level: 'warn', format: 'json', file })
  log.access(record, undefined)
  log.access({ ...record, status: 503 }, undefined)
  await log.close()
  const [before, json, text, failed, ...rest] = lines(file)
  expect(before).toContain('"before"')
  expect(JSON.parse(json ?? '')).toMatchObject({ level: 'info', keyName: 'Zoë’s laptop', costUsd: 0.00525 })
  expect(text).toMatch(/Z INFO {2}POST \/v1\/chat\/completions 200 ms=12 key="Zoë’s laptop" id=req_1$/)
  expect(JSON.parse(failed ?? '')).toMatchObject({ level: 'warn', status: 503, message: 'request' })
  expect(rest).toEqual([])
})

test('nothing stands in the log of a line that could not be made', async () => {
  const file = join(scratch(), 'gateway.log')
  const log = new ServerLog({ level: 'info', file })
  const error = { code: 'a', message: 'b', toJSON: () => expect.unreachable('no') }
  expect(() => log.access({ ...record, error }, undefined)).toThrow('no')
  log.access(record, undefined)
  await log.close()
  expect(lines(file).map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ requestId: 'req_1' })])
})
