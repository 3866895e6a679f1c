import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { scratch } from '../../../../test-kit/scratch.ts'
import { COMMENTED_SAMPLE } from '../../test/samples.ts'
import { ConfigFile } from './file.ts'
import { withLock } from './lock.ts'
import { defaultConfigText } from './starter.ts'

const script = fileURLToPath(new URL('../../test/edit-forever.ts', import.meta.url))

function fileWith(text: string | Uint8Array): string {
  const path = join(scratch(), 'config.yaml')
  writeFileSync(path, text)
  return path
}

/** A process id that no process has: that of one which has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid ?? 0
}

describe('the first run', () => {
  it('makes the starter file, for its owner only', async () => {
    const path = join(scratch(), 'home', '.llm-gateway', 'config.yaml')
    const file = await ConfigFile.open(path)
    expect(await file.ensure()).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe(defaultConfigText())
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
    expect(file.read().result.ok).toBe(true)
  })

  it('is made once, however many ask for it', async () => {
    const path = join(scratch(), 'config.yaml')
    const files = await Promise.all([1, 2, 3].map(() => ConfigFile.open(path)))
    const made = await Promise.all(files.map((file) => file.ensure()))
    expect(made.filter(Boolean)).toHaveLength(1)
  })

  it('makes a file that was named, in a folder that is there and holds no other', async () => {
    const folder = scratch()
    writeFileSync(join(folder, 'compose.yaml'), 'services: {}\n')
    const file = await ConfigFile.open(join(folder, 'gateway.yaml'))
    expect(await file.ensure({ named: true })).toBe(true)
    expect(file.read().result.ok).toBe(true)
  })

  it('makes no file where the folder of a named one is missing', async () => {
    const folder = join(scratch(), 'etc')
    const file = await ConfigFile.open(join(folder, 'config.yaml'))
    await expect(file.ensure({ named: true })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(
        /^there is no configuration file .*config\.yaml: its folder is not there either: /,
      ),
    })
    expect(existsSync(folder)).toBe(false)
  })

  it.each([
    { named: 'confg.yaml', beside: { 'config.yaml': 'gateway_keys: []\n' }, told: 'did you mean config.yaml' },
    { named: 'prod.ymal', beside: { 'prod.yaml': '# ours\nupstream_accounts:\n' }, told: 'did you mean prod.yaml' },
    { named: 'x.yaml', beside: { 'gateway.json': '{\n  "gateway_keys": []}' }, told: 'beside it lies gateway.json:' },
    {
      named: 'x.yaml',
      beside: Object.fromEntries([1, 2, 3, 4].map((n) => [`team-${n}.yml`, '{"upstream_accounts": []}'])),
      told: 'beside it lies team-1.yml, team-2.yml, team-3.yml and others:',
    },
  ])('makes no $named where another configuration lies: $told', async ({ named, beside, told }) => {
    const folder = scratch()
    for (const [name, text] of Object.entries(beside)) writeFileSync(join(folder, name), text)
    const file = await ConfigFile.open(join(folder, named))
    await expect(file.ensure({ named: true })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(told),
    })
    expect(readdirSync(folder).sort()).toEqual(Object.keys(beside).sort())
  })

  it.each(['', 'broken: "', '\0'])('never writes over a file that is there: %j', async (text) => {
    const path = fileWith(text)
    const file = await ConfigFile.open(path)
    expect(await file.ensure()).toBe(false)
    expect(await file.edit((editor) => editor.set(['server', 'port'], 1))).toMatchObject({
      ok: false,
      reason: 'invalid',
      issues: [expect.objectContaining({ severity: 'error' })],
    })
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})

describe('reading', () => {
  it('tells a missing file and one that is no text from an empty one', async () => {
    const read = async (path: string): Promise<unknown> => (await ConfigFile.open(path)).read().result
    expect(await read(join(scratch(), 'none.yaml'))).toMatchObject({ issues: [{ code: 'unreadable-file' }] })
    expect(await read(scratch())).toMatchObject({ issues: [{ message: 'cannot be read: it is a folder, not a file' }] })
    expect(await read(join(fileWith('a: 1'), 'config.yaml'))).toMatchObject({
      issues: [{ message: 'cannot be read: a part of its path is a file, not a folder' }],
    })
    expect(await read(fileWith(Uint8Array.of(0x61, 0xff)))).toMatchObject({ issues: [{ code: 'not-text' }] })
    expect(await read(fileWith(''))).toMatchObject({ issues: [{ code: 'empty-file' }] })
  })

  it('gives a version that follows the bytes', async () => {
    const path = fileWith('server: { port: 1 }\n')
    const file = await ConfigFile.open(path)
    const { version } = file.read()
    expect(file.read().version).toBe(version)
    writeFileSync(path, 'server: { port: 1 }\n\n')
    expect(file.read().version).not.toBe(version)
  })
})

describe('editing', () => {
  it('saves the change and gives the configuration that follows from it', async () => {
    const path = fileWith(COMMENTED_SAMPLE)
    const file = await ConfigFile.open(path)
    const result = await file.edit((editor) => editor.updateKey('gw_1', { status: 'disabled' }))
    expect(result).toMatchObject({ ok: true, changed: true, version: file.read().version })
    expect(result.ok && result.config.keys[0]?.status).toBe('disabled')
    expect(readFileSync(path, 'utf8')).toBe(COMMENTED_SAMPLE.replace('status: active', 'status: disabled'))
    expect(readdirSync(join(path, '..'))).toEqual(['config.yaml'])
  })

  it('does not touch the file for a change that is none', async () => {
    const path = fileWith(COMMENTED_SAMPLE)
    utimesSync(path, 1, 1)
    const result = await (await ConfigFile.open(path)).edit((editor) => editor.set(['server', 'port'], 3847))
    expect(result).toMatchObject({ ok: true, changed: false })
    expect(statSync(path).mtimeMs).toBe(1000)
  })

  it('does not write what would be invalid', async () => {
    const path = fileWith(COMMENTED_SAMPLE)
    const file = await ConfigFile.open(path)
    const result = await file.edit((editor) => editor.addKey({ id: 'gw_1', name: 'again', keyHash: 'x' }))
    expect(result).toMatchObject({ ok: false, reason: 'invalid' })
    expect(!result.ok && result.reason === 'invalid' && result.issues.map(({ code }) => code)).toContain(
      'duplicate-value',
    )
    expect(readFileSync(path, 'utf8')).toBe(COMMENTED_SAMPLE)
  })

  it('may mend a file that is invalid', async () => {
    const path = fileWith('server: { port: 99999 }\n')
    const file = await ConfigFile.open(path)
    expect(await file.edit((editor) => editor.set(['server', 'port'], 80))).toMatchObject({ ok: true })
    expect(readFileSync(path, 'utf8')).toBe('server: { port: 80 }\n')
  })

  it('is possible where the variables of the server are not set', async () => {
    const text = 'upstream_accounts: [{ id: a, name: n, type: api-key, provider: openai, api_key: "${KEY}" }]\n'
    const path = fileWith(text)
    const strict = await ConfigFile.open(path)
    expect(await strict.edit((editor) => editor.set(['server', 'port'], 1))).toMatchObject({ reason: 'invalid' })
    const tool = await ConfigFile.open(path, { unsetVariables: 'keep' })
    expect(await tool.edit((editor) => editor.set(['server', 'port'], 1))).toMatchObject({ ok: true })
    expect(readFileSync(path, 'utf8')).toBe(`${text}server:\n  port: 1\n`)
  })

  it('refuses an edit that was meant for another version', async () => {
    const path = fileWith(COMMENTED_SAMPLE)
    const file = await ConfigFile.open(path)
    const { version } = file.read()
    expect(await file.edit((editor) => editor.removeKey('gw_1'), version)).toMatchObject({ ok: true })
    const { version: after } = file.read()
    expect(await file.edit((editor) => editor.removeKey('gw_2'), version)).toEqual({
      ok: false,
      reason: 'conflict',
      version: after,
    })
  })

  it('applies the change anew when an editor that knows no lock saves meanwhile', async () => {
    const path = fileWith('gateway_keys: []\n')
    const file = await ConfigFile.open(path)
    let runs = 0
    const result = await file.edit((editor) => {
      runs += 1
      if (runs === 1) writeFileSync(path, '# by hand\ngateway_keys: []\n')
      editor.addKey({ id: 'a', name: 'n', keyHash: 'x' })
    })
    expect(result.ok && result.text).toMatch(/^# by hand\ngateway_keys:\n {2}- id: "a"/)
    expect(runs).toBe(2)
  })

  it('passes on what the change throws and can go on after it', async () => {
    const file = await ConfigFile.open(fileWith('{}\n'))
    await expect(file.edit((editor) => editor.removeKey('x'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await file.edit((editor) => editor.set(['server', 'port'], 1))).toMatchObject({ ok: true })
  })

  it('works through a symbolic link, with one lock for all its names', async () => {
    const path = fileWith('{}\n')
    const link = join(scratch(), 'link.yaml')
    symlinkSync(path, link)
    const [direct, linked] = await Promise.all([ConfigFile.open(path), ConfigFile.open(link)])
    const adds = Array.from({ length: 10 }, (_, turn) =>
      (turn % 2 === 0 ? direct : linked).edit((e) => e.addKey({ id: `k${turn}`, name: 'n', keyHash: `${turn}` })),
    )
    expect((await Promise.all(adds)).every((result) => result.ok)).toBe(true)
    const { result } = direct.read()
    expect(result.ok && result.config.keys).toHaveLength(10)
  })

  it('loses no change of several processes', async () => {
    const path = fileWith('# shared\ngateway_keys: []\n')
    const run = async (id: string): Promise<unknown> => {
      const child = spawn(process.execPath, [script, path, id, '8'], { stdio: ['ignore', 'ignore', 'inherit'] })
      return (await once(child, 'exit'))[0]
    }
    expect(await Promise.all(['a', 'b', 'c'].map(run))).toEqual([0, 0, 0])
    const { result, text } = (await ConfigFile.open(path)).read()
    expect(result.ok && result.config.keys).toHaveLength(24)
    expect(text).toMatch(/^# shared\n/)
  })

  it('goes on after a process was killed in the middle of an edit, with nothing left behind', async () => {
    const path = fileWith('gateway_keys: []\n')
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const child = spawn(process.execPath, [script, path, `p${attempt}`], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(child.stdout, 'data')
      await sleep(20 + attempt * 9)
      child.kill('SIGKILL')
      await once(child, 'exit')
      const file = await ConfigFile.open(path)
      expect(file.read().result.ok).toBe(true)
      expect(await file.edit((editor) => editor.set(['server', 'port'], attempt))).toMatchObject({ ok: true })
      expect(readdirSync(join(path, '..')).filter((name) => name.includes('.tmp-'))).toEqual([])
    }
  })
})

describe('the lock', () => {
  it('makes others wait, and gives up with the name of the file to look at', async () => {
    const path = fileWith('{}')
    await withLock(path, async () => {
      await expect(withLock(path, async () => 'never', { waitMs: 30 })).rejects.toMatchObject({
        code: 'BUSY',
        message: expect.stringContaining(`${path}.lock`),
      })
    })
    expect(await withLock(path, async () => 'free', { waitMs: 0 })).toBe('free')
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  it('is released when the action fails', async () => {
    const path = fileWith('{}')
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  it('is taken over from a process that is gone, not from one that lives', async () => {
    const path = fileWith('{}')
    writeFileSync(`${path}.lock`, `${await deadPid()} ${hostname()} x`)
    expect(await withLock(path, async () => 'taken', { waitMs: 0 })).toBe('taken')
    writeFileSync(`${path}.lock`, `${process.pid} ${hostname()} x`)
    await expect(withLock(path, async () => 'taken', { waitMs: 0 })).rejects.toMatchObject({ code: 'BUSY' })
  })

  it('of another machine or without a name is taken over only when it is old', async () => {
    const path = fileWith('{}')
    for (const signature of [`${await deadPid()} elsewhere x`, '']) {
      writeFileSync(`${path}.lock`, signature)
      await expect(withLock(path, async () => 'taken', { waitMs: 0 })).rejects.toMatchObject({ code: 'BUSY' })
      utimesSync(`${path}.lock`, 1, 1)
      expect(await withLock(path, async () => 'taken', { waitMs: 0 })).toBe('taken')
    }
  })

  it('that is stale is broken by one at a time, also after one was killed in doing so', async () => {
    const path = fileWith('{}')
    writeFileSync(`${path}.lock`, `${await deadPid()} ${hostname()} x`)
    writeFileSync(`${path}.lock.breaking`, '1')
    await expect(withLock(path, async () => 'taken', { waitMs: 0 })).rejects.toMatchObject({ code: 'BUSY' })
    utimesSync(`${path}.lock.breaking`, 1, 1)
    expect(await withLock(path, async () => 'taken')).toBe('taken')
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('.lock'))).toEqual([])
  })

  it('goes to one of many who break a stale one at once', async () => {
    const path = fileWith('{}')
    writeFileSync(`${path}.lock`, `${await deadPid()} ${hostname()} x`)
    let inside = 0
    let most = 0
    const enter = (): Promise<void> =>
      withLock(path, async () => {
        inside += 1
        most = Math.max(most, inside)
        await sleep(1)
        inside -= 1
      })
    await Promise.all(Array.from({ length: 12 }, enter))
    expect(most).toBe(1)
  })
})
