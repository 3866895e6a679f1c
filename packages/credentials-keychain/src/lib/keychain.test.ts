import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { KeychainError } from './error.ts'
import { type NativeKeyring, openKeychain } from './keychain.ts'

/** Stands for the native module, and notes what it was asked. */
function native(): { load: () => Promise<NativeKeyring>; asked: unknown[]; loads: () => number } {
  const kept = new Map<string, string>()
  const asked: unknown[] = []
  let loads = 0
  const AsyncEntry: NativeKeyring['AsyncEntry'] = class {
    readonly #key: string
    constructor(...parts: unknown[]) {
      asked.push(parts)
      this.#key = JSON.stringify(parts)
    }
    async getPassword(): Promise<string | null> {
      return kept.get(this.#key) ?? null
    }
    async setPassword(text: string): Promise<void> {
      kept.set(this.#key, text)
    }
    async deletePassword(): Promise<boolean> {
      return kept.delete(this.#key)
    }
  }
  const load = async (): Promise<NativeKeyring> => {
    loads += 1
    return { AsyncEntry }
  }
  return { load, asked, loads: () => loads }
}

/** Whether this machine has a keychain, or why not. */
async function whyNone(): Promise<string | undefined> {
  try {
    await openKeychain({ service: 'llm-gateway-test' }).get('probe')
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const none = await whyNone()

describe('the keychain', () => {
  it('keeps, gives back and forgets, each service apart', async () => {
    const { load } = native()
    const [ours, theirs] = [openKeychain({ load }), openKeychain({ load, service: 'another' })]
    await ours.set('a', 'text')
    expect(await ours.get('a')).toBe('text')
    expect(await theirs.get('a')).toBeUndefined()
    expect(await ours.get('b')).toBeUndefined()
    await ours.remove('a')
    await ours.remove('a')
    expect(await ours.get('a')).toBeUndefined()
  })

  it('loads the native module once, and not before it is needed', async () => {
    const { load, loads } = native()
    const keychain = openKeychain({ load })
    expect(loads()).toBe(0)
    await Promise.all([keychain.get('a'), keychain.get('b')])
    expect(loads()).toBe(1)
  })

  it('never takes the keyring of the kernel, which a restart empties', async () => {
    const { load, asked } = native()
    await openKeychain({ load }).set('a', 'text')
    expect(asked).toEqual([['llm-gateway', 'a', { linux: { store: 'secret-service' } }]])
  })

  it('says what failed and what to do, and keeps the cause', async () => {
    const cause = new Error("Couldn't access platform storage: AccessDenied\nmore")
    const keychain = openKeychain({ load: () => Promise.reject(cause) })
    for (const attempt of [keychain.get('a'), keychain.set('a', 'canary'), keychain.remove('a')]) {
      const error: unknown = await attempt.catch((reason: unknown) => reason)
      expect(KeychainError.is(error)).toBe(true)
      expect(error).toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE', cause })
      expect(String(error)).toMatch(/storage: AccessDenied\).*key file.*LLM_GATEWAY_MASTER_KEY/)
      expect(String(error)).not.toMatch(/canary|more/)
    }
  })
})

describe('the real keychain', () => {
  it('keeps, gives back and forgets', async ({ skip }) => {
    skip(none !== undefined, `no keychain here: ${none}`)
    const keychain = openKeychain({ service: 'llm-gateway-test' })
    const name = `test ${randomBytes(6).toString('hex')}`
    try {
      expect(await keychain.get(name)).toBeUndefined()
      await keychain.set(name, 'first')
      await keychain.set(name, 'second \u{1F511}')
      expect(await keychain.get(name)).toBe('second \u{1F511}')
    } finally {
      await keychain.remove(name)
    }
    expect(await keychain.get(name)).toBeUndefined()
  })

  it('says what to do on a machine that has none', async ({ skip }) => {
    skip(none === undefined, 'this machine has a keychain')
    expect(none).toMatch(
      /^the keychain of the operating system cannot be used \(.+\): .*key file.*LLM_GATEWAY_MASTER_KEY$/,
    )
  })
})
