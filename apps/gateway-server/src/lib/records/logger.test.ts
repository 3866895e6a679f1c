import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ServerLog, terminalOf } from './logger.ts'

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'llm-gateway-log-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const lines = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n')

test('level, format and file change while it runs, and no line is lost', async () => {
  const home = directory()
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
  const home = directory()
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
  const file = join(directory(), 'gateway.log')
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
