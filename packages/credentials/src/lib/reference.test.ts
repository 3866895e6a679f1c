import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encryptSecret } from './cipher.ts'
import { CredentialError } from './error.ts'
import { importMasterKey } from './master-key.ts'
import { isReference, resolveSecret } from './reference.ts'

const key = importMasterKey(new Uint8Array(32).fill(9))
let baseDir: string

beforeAll(async () => {
  baseDir = await mkdtemp(join(tmpdir(), 'llm-gateway-reference-'))
  await mkdir(join(baseDir, 'keys'))
  await writeFile(join(baseDir, 'keys', 'plain'), 'sk-from-file\n')
})

afterAll(async () => {
  await rm(baseDir, { recursive: true, force: true })
})

async function resolveIn(reference: string): Promise<string> {
  const masterKey = (): Promise<never> => Promise.reject(new Error('the master key was opened without need'))
  return (await resolveSecret(reference, { record: 'upstream_1', baseDir, masterKey })).reveal()
}

async function failureOf(reference: string): Promise<string> {
  const error: unknown = await resolveIn(reference).catch((thrown: unknown) => thrown)
  return CredentialError.is(error)
    ? `${error.code}: ${error.message.replace(baseDir, 'BASE')}`
    : `unexpected: ${String(error)}`
}

describe('isReference', () => {
  it.each([
    ['file:keys/plain', 'file'],
    ['enc:v1:0011:AA', 'encrypted'],
    ['enc:v9:whatever', 'encrypted'],
    ['sk-ant-api03-xyz', 'literal'],
    ['0a1b:2c3d', 'literal'],
    ['', 'literal'],
    ['FILE:x', 'literal'],
  ] as const)('%j is %s', (text, kind) => {
    expect(isReference(text)).toBe(kind)
  })
})

describe('resolveSecret', () => {
  it('takes a literal as it stands', async () => {
    expect(await resolveIn('0a1b:2c3d ')).toBe('0a1b:2c3d ')
  })

  it('reads a file relative to the configuration, by absolute path and by URL', async () => {
    const path = join(baseDir, 'keys', 'plain')
    for (const reference of [
      'file:keys/plain',
      'file:./keys/../keys/plain',
      `file:${path}`,
      pathToFileURL(path).href,
    ]) {
      expect(await resolveIn(reference)).toBe('sk-from-file')
    }
  })

  it.each([
    ['no line end', 'a b', 'a b'],
    ['several line ends', 'a b\r\n\n', 'a b'],
    ['lines and leading space kept', ' -----BEGIN-----\nx\n', ' -----BEGIN-----\nx'],
    ['a byte order mark', '\uFEFFkey\n', 'key'],
    ['the largest size', 'k'.repeat(65_536), 'k'.repeat(65_536)],
  ])('reads a file with %s', async (_what, content, secret) => {
    await writeFile(join(baseDir, 'content'), content)
    expect(await resolveIn('file:content')).toBe(secret)
  })

  it.each<[string, string | Uint8Array, string]>([
    ['empty', '\n\r\n', 'it is empty'],
    ['too large', 'k'.repeat(65_537), 'it is larger than 64 KiB'],
    ['binary', Uint8Array.of(0x73, 0xff, 0xfe), 'it is not UTF-8 text'],
  ])('refuses a file that is %s', async (_flaw, content, reason) => {
    await writeFile(join(baseDir, 'flawed'), content)
    expect(await failureOf('file:flawed')).toBe(
      `FILE_UNREADABLE: cannot read the secret of upstream_1 from BASE/flawed: ${reason}`,
    )
  })

  it.each([
    ['file:missing', 'BASE/missing: there is no such file'],
    ['file:keys', 'BASE/keys: it is not a file'],
    ['file:', 'file:: it names no file'],
    ['file://elsewhere/key', 'file://elsewhere/key: a file URL is file:///path'],
    ['file:keys/plain/deeper', 'BASE/keys/plain/deeper: ENOTDIR'],
  ])('refuses %s', async (reference, rest) => {
    expect(await failureOf(reference)).toBe(`FILE_UNREADABLE: cannot read the secret of upstream_1 from ${rest}`)
  })

  it('decrypts for the record it was encrypted for, and for no other', async () => {
    const reference = encryptSecret('sk-encrypted', key, 'upstream_1')
    const options = { baseDir, masterKey: async () => key }
    const secret = await resolveSecret(reference, { ...options, record: 'upstream_1' })
    expect(secret.reveal()).toBe('sk-encrypted')
    await expect(resolveSecret(reference, { ...options, record: 'upstream_2' })).rejects.toMatchObject({
      code: 'CORRUPT',
    })
  })

  it('passes on why there is no master key', async () => {
    await expect(resolveIn('enc:v1:00000000:AA')).rejects.toThrow('the master key was opened without need')
  })
})
