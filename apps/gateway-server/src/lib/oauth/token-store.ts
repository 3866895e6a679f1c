import { type CredentialStore, Secret } from '@llm-gateway/credentials'
import type { TokenStore } from '@llm-gateway/oauth'

/** A credential store as the OAuth package wants it: texts for secrets. */
export function tokenStoreOf(store: CredentialStore): TokenStore {
  return {
    async read(path) {
      const stored = await store.read(path)
      return stored && { text: stored.secret.reveal(), version: stored.version }
    },
    async write(path, text, condition) {
      const written = await store.write(path, new Secret(text), condition)
      if (written.ok) return written
      const { current } = written
      return { ok: false, current: current && { text: current.secret.reveal(), version: current.version } }
    },
    async remove(path, condition) {
      return (await store.remove(path, condition)).ok
    },
    lock: (path, section, options) => store.lock(path, section, options),
  }
}
