/** What kind of fault an {@link Issue} reports. */
export type IssueCode =
  | 'yaml-syntax'
  | 'yaml-unsupported'
  | 'too-large'
  | 'not-text'
  | 'empty-file'
  | 'unreadable-file'
  | 'duplicate-key'
  | 'unknown-key'
  | 'missing-key'
  | 'wrong-type'
  | 'invalid-value'
  | 'duplicate-value'
  | 'unknown-reference'
  | 'unset-variable'
  | 'deprecated-key'
  | 'inert-key'
  | 'exposed-host'

/** One fault of a configuration file, at its place. Messages never hold a secret. */
export interface Issue {
  /** An `error` makes the file unusable; a `warning` does not. */
  readonly severity: 'error' | 'warning'
  /** Where in the data: `upstream_accounts[0].base_url`; empty for the file as a whole. */
  readonly path: string
  /** What is wrong, as one lower-case clause. */
  readonly message: string
  /** Line in the file, from 1. */
  readonly line: number
  /** Column in UTF-16 units, from 1. */
  readonly column: number
  readonly code: IssueCode
  /** What to do about it. */
  readonly hint?: string
}

/** A place in the data: keys and list positions from the top. */
export type DataPath = readonly (string | number)[]

/** A fault before it has a line and a column. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly code: IssueCode
  readonly path: DataPath
  readonly message: string
  readonly hint?: string
  /** Whether the caret goes to the key or to its value. Default `value`. */
  readonly at?: 'key' | 'value'
  /** Text within the value to put the caret on, such as a variable's name. */
  readonly mark?: string
  /** The place itself, where the path does not lead to it: an offset into the text. */
  readonly offset?: number
}

/** Writes a path the way people read it: `gateway_keys[0].name`. */
export function formatPath(path: DataPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}
