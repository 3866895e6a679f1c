import { randomBytes } from 'node:crypto'
import { keyOf } from './cipher.ts'
import { CredentialError } from './error.ts'
import { importMasterKey, type MasterKey } from './master-key.ts'
import type { RecordFile, SealedDataKey, SealedRecord } from './record-file.ts'
import { corrupt } from './record-file.ts'
import { type Random, seal, unseal } from './seal.ts'
import { Secret } from './secret.ts'
import type { RecordPath } from './store.ts'

/** The key that a store's records are sealed with. A master key seals only this, so rotating it is one small write. */
export class DataKey {
  readonly #key: MasterKey
  readonly #random: Random
  /** How it stands in the file. */
  readonly sealed: SealedDataKey

  private constructor(key: MasterKey, sealed: SealedDataKey, random: Random) {
    this.#key = key
    this.#random = random
    this.sealed = sealed
  }

  static make(masterKey: MasterKey, random: Random = randomBytes): DataKey {
    const bytes = random(32)
    const key = importMasterKey(bytes)
    const sealed = {
      masterKey: masterKey.id,
      id: key.id,
      sealed: seal(bytes, masterKey.key, wrapping(masterKey.id, key.id), random),
    }
    return new DataKey(key, sealed, random)
  }

  /** @throws CredentialError `WRONG_MASTER_KEY` or `CORRUPT` */
  static open(sealed: SealedDataKey, masterKey: MasterKey, name: string, random: Random = randomBytes): DataKey {
    const opener = keyOf(masterKey, sealed.masterKey)
    if (opener === undefined) {
      throw new CredentialError(
        'WRONG_MASTER_KEY',
        `${name} was encrypted with master key ${sealed.masterKey.slice(0, 8)}, but the one in use is ${masterKey.id}: restore that master key, or move the file away and sign in anew`,
      )
    }
    const bytes = unseal(sealed.sealed, opener.key, wrapping(sealed.masterKey, sealed.id))
    if (bytes?.length !== 32) throw corrupt(name)
    return new DataKey(importMasterKey(bytes), sealed, random)
  }

  /** @param version the record's, where it is only sealed anew and still says the same. Default: a new one */
  seal(path: RecordPath, secret: Secret, version: string = this.#newVersion()): SealedRecord {
    return {
      version,
      sealed: seal(Buffer.from(secret.reveal()), this.#key.key, this.#record(path, version), this.#random),
    }
  }

  /** @throws CredentialError `CORRUPT` for a record that was altered, cut short, or put in another's place */
  unseal(path: RecordPath, { version, sealed }: SealedRecord): Secret {
    const value = unseal(sealed, this.#key.key, this.#record(path, version))
    if (value !== undefined) return new Secret(value.toString('utf8'))
    throw new CredentialError(
      'CORRUPT',
      `the stored credential ${path} was altered, cut short or copied from another: restore the file from a backup, or sign in anew`,
    )
  }

  /** Every record sealed anew by this key, its version kept: whoever has read one may go on to replace it. */
  take(file: RecordFile, from: DataKey): RecordFile {
    const records = [...file.records].map(
      ([path, record]) => [path, this.seal(path, from.unseal(path, record), record.version)] as const,
    )
    return { dataKey: this.sealed, records: new Map(records) }
  }

  #newVersion(): string {
    return Buffer.from(this.#random(12)).toString('base64url')
  }

  #record(path: RecordPath, version: string): string {
    return `record|${this.#key.id}|${path}|${version}`
  }
}

function wrapping(masterKey: string, dataKey: string): string {
  return `data-key|${masterKey}|${dataKey}`
}
