import { mintGatewayKey } from '@llm-gateway/access'
import type { ConfigStore } from '../config-file/config-store.ts'
import type { Io } from '../terminal/io.ts'

/** A gateway key made by the first start. */
export interface FirstKey {
  readonly id: string
  /** The key itself: known here only, and only now. */
  readonly key: string
}

/**
 * Makes a key that may do everything when the configuration has none, so that a server other machines can reach, such as one
 * in a container, is never open and never without an administrator. A start that fails takes it back: nobody has seen it.
 *
 * @param start is given no key when there are some already.
 */
export async function withFirstKey<T>(
  store: ConfigStore,
  io: Pick<Io, 'random' | 'now'>,
  start: (first?: FirstKey) => Promise<T>,
): Promise<T> {
  const first = await makeFirstKey(store, io)
  try {
    return await start(first)
  } catch (cause) {
    if (first) await store.edit((editor) => editor.removeKey(first.id))
    throw cause
  }
}

async function makeFirstKey(
  store: ConfigStore,
  { random, now }: Pick<Io, 'random' | 'now'>,
): Promise<FirstKey | undefined> {
  const { key, keyHash, id } = mintGatewayKey(random)
  let made = false
  await store.edit((editor) => {
    const keys = editor.get(['gateway_keys'])
    made = !Array.isArray(keys) || keys.length === 0
    if (!made) return
    editor.addKey({
      id,
      name: 'first',
      keyHash,
      permissions: ['read', 'write', 'admin'],
      status: 'active',
      createdAt: now(),
    })
  })
  return made ? { id, key } : undefined
}
