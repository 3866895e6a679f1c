import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect, promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importMasterKey, type OpenMasterKeyOptions, openMasterKey } from './master-key.ts'

const BYTES = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index))
const posix = process.platform !== 'win32'

let root: string
let home: string
let warnings: string[]

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'llm-gateway-master-key-'))
  home = join(root, 'home')
  warnings = []
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

function open(options: Partial<OpenMasterKeyOptions> = {}): ReturnType<typeof openMasterKey> {
  return openMasterKey({ home, env: {}, create: true, warn: (message) => warnings.push(message), ...options })
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8)
}

describe('openMasterKey with LLM_GATEWAY_MASTER_KEY', () => {
  it.each([
    ['hex', BYTES.toString('hex')],
    ['upper-case hex', BYTES.toString('hex').toUpperCase()],
    ['base64', BYTES.toString('base64')],
    ['base64url', BYTES.toString('base64url')],
    ['base64 with a line end', `${BYTES.toString('base64')}\n`],
  ])('reads %s, and leaves the disk alone', async (_spelling, text) => {
    const key = await open({ env: { LLM_GATEWAY_MASTER_KEY: text } })
    expect(key.key.export()).toEqual(BYTES)
    expect(await readdir(root)).toEqual([])
  })

  it.each(['', ' \n'])('refuses one that is empty, and says how to do without: %j', async (text) => {
    const attempt = open({ env: { LLM_GATEWAY_MASTER_KEY: text } })
    await expect(attempt).rejects.toMatchObject({ code: 'MASTER_KEY_INVALID' })
    await expect(attempt).rejects.toThrow(/set but empty.*unset it to use the key file/)
    expect(await readdir(root)).toEqual([])
  })

  it.each([
    ['a passphrase', 'correct horse battery staple'],
    ['31 bytes of hex', BYTES.subarray(1).toString('hex')],
    ['33 bytes of base64', Buffer.concat([BYTES, BYTES.subarray(0, 1)]).toString('base64')],
    ['base64 with bits beyond the key', `${BYTES.toString('base64url').slice(0, -1)}B`],
  ])('refuses one that is %s, without repeating it', async (_flaw, text) => {
    const attempt = open({ env: { LLM_GATEWAY_MASTER_KEY: text } })
    await expect(attempt).rejects.toMatchObject({ code: 'MASTER_KEY_INVALID' })
    await expect(attempt).rejects.toThrow(
      'LLM_GATEWAY_MASTER_KEY does not hold a master key: it must be 32 random bytes as hex or base64, as `openssl rand -base64 32` prints',
    )
  })

  it('prefers it to the file', async () => {
    const filed = await open()
    const given = await open({ env: { LLM_GATEWAY_MASTER_KEY: BYTES.toString('hex') } })
    expect(given.id).toBe(importMasterKey(BYTES).id)
    expect(given.id).not.toBe(filed.id)
  })
})

describe('openMasterKey with a file', () => {
  it('makes the file on first use and reads it ever after', async () => {
    const made = await open({ random: () => BYTES })
    expect(await readFile(join(home, 'master.key'), 'utf8')).toBe(`${BYTES.toString('base64')}\n`)
    const read = await open({ create: false })
    expect(read.key.equals(made.key)).toBe(true)
    expect(read.id).toBe(made.id)
    expect(warnings).toEqual([])
  })

  it('leaves nothing else behind', async () => {
    await open()
    expect(await readdir(home)).toEqual(['master.key'])
  })

  it('makes no key when only an existing one would do', async () => {
    await expect(open({ create: false })).rejects.toMatchObject({ code: 'MASTER_KEY_MISSING' })
    expect(await readdir(root)).toEqual([])
  })

  it.each([
    ['empty', ''],
    ['cut short', 'c2hvcnQ='],
    ['something else entirely', 'x'.repeat(5000)],
  ])('refuses a file that is %s, and keeps it', async (_flaw, content) => {
    await mkdir(home, { mode: 0o700 })
    await writeFile(join(home, 'master.key'), content, { mode: 0o600 })
    await expect(open()).rejects.toMatchObject({ code: 'MASTER_KEY_INVALID' })
    expect(await readFile(join(home, 'master.key'), 'utf8')).toBe(content)
  })

  it('says why the file cannot be read or made', async () => {
    await mkdir(join(home, 'master.key'), { recursive: true, mode: 0o700 })
    await expect(open()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })

    await writeFile(join(root, 'file'), '')
    await expect(open({ home: join(root, 'file') })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
    await symlink(join(root, 'nowhere'), join(root, 'dangling'))
    await expect(open({ home: join(root, 'dangling') })).rejects.toMatchObject({ code: 'MASTER_KEY_UNWRITABLE' })
  })

  it('gives concurrent first uses in one process one key', async () => {
    const keys = await Promise.all(Array.from({ length: 16 }, () => open()))
    expect(new Set(keys.map((key) => key.key.export().toString('hex'))).size).toBe(1)
    expect(await readdir(home)).toEqual(['master.key'])
  })

  it('gives concurrent first uses in several processes one key', async () => {
    const module = fileURLToPath(new URL('./master-key.ts', import.meta.url))
    const program = `
      const { openMasterKey } = await import(${JSON.stringify(module)})
      const key = await openMasterKey({ home: process.argv[1], env: {}, create: true })
      process.stdout.write(key.key.export().toString('hex'))`
    const run = promisify(execFile)
    const started = Array.from({ length: 3 }, () =>
      run(process.execPath, ['--no-warnings', '--input-type=module', '--eval', program, home]),
    )
    const keys = (await Promise.all(started)).map((result) => result.stdout)
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(keys).size).toBe(1)
  })
})

describe.runIf(posix)('file modes', () => {
  it('are closed to others even under an umask that asks for nothing', async () => {
    const umask = process.umask(0)
    try {
      await open()
    } finally {
      process.umask(umask)
    }
    expect(await modeOf(home)).toBe('700')
    expect(await modeOf(join(home, 'master.key'))).toBe('600')
  })

  it('are repaired with a warning when they are looser', async () => {
    const key = await open()
    await chmod(home, 0o755)
    await chmod(join(home, 'master.key'), 0o644)

    expect((await open({ create: false })).id).toBe(key.id)
    expect(await modeOf(home)).toBe('700')
    expect(await modeOf(join(home, 'master.key'))).toBe('600')
    expect(warnings).toEqual([
      `the master key ${home}/master.key was open to other users (mode 644): set to 600; consider replacing the key`,
      `the directory ${home} was open to other users (mode 755): set to 700`,
    ])
  })

  it('of an existing home are repaired when the key is made', async () => {
    await mkdir(home)
    await chmod(home, 0o755)
    await open()
    expect(await modeOf(home)).toBe('700')
    expect(warnings).toEqual([`the directory ${home} was open to other users (mode 755): set to 700`])
  })

  it('of a directory shared on purpose are only reported', async () => {
    await mkdir(home)
    await chmod(home, 0o1777)
    await open()
    expect(await modeOf(home)).toBe('777')
    expect(warnings).toEqual([
      `the directory ${home} is open to other users (mode 777): give the gateway a directory of its own, mode 700`,
    ])
  })
})

describe('MasterKey', () => {
  it('has an id that depends on the bytes alone', () => {
    // HMAC-SHA-256 of "llm-gateway master key id" under bytes 0 to 31, first four bytes.
    expect(importMasterKey(Uint8Array.from({ length: 32 }, (_, index) => index)).id).toBe('6ff2bcaa')
    expect(importMasterKey(BYTES).id).not.toBe(importMasterKey(new Uint8Array(32)).id)
  })

  it('does not print its bytes', () => {
    const key = importMasterKey(Buffer.from('canary-canary-canary-canary-cana'))
    const shown = inspect(key, { depth: null, showHidden: true }) + JSON.stringify(key)
    expect(shown).not.toMatch(/canary|63616e617279|Y2FuYXJ5/)
  })

  it('is 32 bytes', () => {
    expect(() => importMasterKey(new Uint8Array(16))).toThrow('a master key is 32 bytes, not 16')
  })
})
