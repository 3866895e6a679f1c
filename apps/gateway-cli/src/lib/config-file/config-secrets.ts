import type { ConfigEditor, SecretPlace } from '@llm-gateway/config'
import { decryptSecret, encryptSecret, keyIdOf, type MasterKey } from '@llm-gateway/credentials'

type Random = (size: number) => Uint8Array

/** Encrypts every secret that stands in clear. @returns what was done, for people. */
export function encryptClear(editor: ConfigEditor, key: MasterKey, random: Random): string[] {
  const places = editor.secrets().filter(({ kind }) => kind === 'clear')
  editor.setAll(places.map(({ path, value, record }) => [path, encryptSecret(value, key, record, random)]))
  return places.map((place) => `encrypted ${nameOf(place)}`)
}

/** Secrets that stand in the file in clear, by their places. */
export function clearSecrets(editor: ConfigEditor): string[] {
  return editor.secrets().flatMap((place) => (place.kind === 'clear' ? [nameOf(place)] : []))
}

/** Secrets that are partly in clear beside a reference, which only a person can settle. */
export function mixedSecrets(editor: ConfigEditor): string[] {
  return editor.secrets().flatMap((place) => (place.kind === 'mixed' ? [nameOf(place)] : []))
}

/**
 * Encrypts anew, by this key, what another of its keys encrypted.
 *
 * @returns what was done, for people.
 * @throws CredentialError when one of them cannot be opened.
 */
export function reencrypt(editor: ConfigEditor, key: MasterKey, random: Random): string[] {
  const places = editor.secrets().filter(({ kind, value }) => kind === 'encrypted' && keyIdOf(value) !== key.id)
  editor.setAll(
    places.map(({ path, value, record }) => {
      const secret = decryptSecret(value, key, record)
      return [path, encryptSecret(secret.reveal(), key, record, random)]
    }),
  )
  return places.map((place) => `encrypted ${nameOf(place)} anew`)
}

/** `upstream_accounts.upstream_1.api_key`: by the account's id, since positions change. */
function nameOf({ path, record }: SecretPlace): string {
  const [section, , ...rest] = path
  return section === 'upstream_accounts' ? [section, record.split('/')[0], ...rest].join('.') : path.join('.')
}
