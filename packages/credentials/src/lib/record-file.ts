import { CredentialError } from './error.ts'
import { checkPath } from './record-path.ts'

/** What the file of an encrypted store holds. Everything but names and versions is ciphertext. */
export interface RecordFile {
  /** The data key, sealed by a master key. */
  readonly dataKey: SealedDataKey
  readonly records: ReadonlyMap<string, SealedRecord>
}

export interface SealedDataKey {
  /** Id of the master key that opens it. */
  readonly masterKey: string
  readonly id: string
  readonly sealed: string
}

export interface SealedRecord {
  readonly version: string
  readonly sealed: string
}

const FORMAT = 'llm-gateway-credentials'
const VERSION = 1

/** The text of the file, a record a line, in the order of the paths: small changes are small differences. */
export function writeRecordFile({ dataKey, records }: RecordFile): string {
  const lines = [...records]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { version, sealed }]) => `    ${JSON.stringify(path)}: ${JSON.stringify({ version, sealed })}`)
  const body = lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`
  const head = [`  "format": "${FORMAT}"`, `  "version": ${VERSION}`, `  "dataKey": ${JSON.stringify(dataKey)}`]
  return `{\n${head.join(',\n')},\n  "records": ${body}\n}\n`
}

/** @throws CredentialError `CORRUPT`, or `UNKNOWN_SCHEME` for a file of a later version */
export function readRecordFile(text: string, name: string): RecordFile {
  const data = parse(text)
  if (data.format !== FORMAT) throw corrupt(name)
  if (data.version !== VERSION) {
    throw new CredentialError(
      'UNKNOWN_SCHEME',
      `${name} was written by a later version of the gateway: update this one, or move the file away and sign in anew`,
    )
  }
  const [dataKey, records] = [strings(data.dataKey, ['masterKey', 'id', 'sealed'] as const), section(data.records)]
  if (dataKey === undefined || records === undefined) throw corrupt(name)
  return {
    dataKey,
    records: new Map(Object.entries(records).map(([path, record]) => [path, recordOf(path, record, name)])),
  }
}

function recordOf(path: string, value: unknown, name: string): SealedRecord {
  const record = strings(value, ['version', 'sealed'] as const)
  if (record === undefined) throw corrupt(name)
  try {
    checkPath(path)
  } catch {
    throw corrupt(name)
  }
  return record
}

export function corrupt(name: string, options?: ErrorOptions): CredentialError {
  return new CredentialError(
    'CORRUPT',
    `${name} is damaged or was cut short; nothing was changed: restore it from a backup, or move it away and sign in anew`,
    options,
  )
}

function parse(text: string): Record<string, unknown> {
  try {
    // `__proto__` as a name becomes an own property here, never a prototype.
    return section(JSON.parse(text)) ?? {}
  } catch {
    return {}
  }
}

function section(value: unknown): Record<string, unknown> | undefined {
  const found = typeof value === 'object' && value !== null && !Array.isArray(value)
  return found ? Object.fromEntries(Object.entries(value)) : undefined
}

function strings<const K extends string>(value: unknown, keys: readonly K[]): Record<K, string> | undefined {
  const found = section(value)
  if (found === undefined || !keys.every((key) => typeof found[key] === 'string')) return undefined
  return Object.fromEntries(keys.map((key) => [key, found[key]])) as Record<K, string>
}
