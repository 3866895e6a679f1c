import { KNOWN_PROVIDERS } from './account-config.ts'
import { checkAcross } from './checks.ts'
import type { Environment } from './env.ts'
import { formatPath, type Issue, type Problem } from './issue.ts'
import { MAX_FILE_LENGTH, parseText } from './parse.ts'
import { type PlainData, readPlain } from './plain.ts'
import type { GatewayConfig } from './schema.ts'
import { fileSchema } from './sections.ts'
import { zodProblems } from './zod-problems.ts'

/** How a text is read. */
export interface LoadOptions {
  /** Where `${VAR}` is looked up. Default: nothing is set. */
  readonly env?: Environment
  /**
   * What a variable that is not set and has no default is: an `error`, or, for tools that read or edit the file outside
   * of the server's environment, a warning that leaves the value as it is written. Default `error`.
   */
  readonly unsetVariables?: 'error' | 'keep'
  /** Providers a file may name. Default {@link KNOWN_PROVIDERS}. */
  readonly providers?: readonly string[]
}

/** A configuration with what is worth a warning, or everything that is wrong with the file. */
export type LoadResult =
  | { readonly ok: true; readonly config: GatewayConfig; readonly warnings: readonly Issue[] }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/**
 * Reads the text of a configuration file. It never throws: all that is wrong comes back at once, in the order of the
 * file, errors and warnings alike.
 *
 * @example
 * const result = loadConfig(text, { env: process.env })
 * if (!result.ok) console.error(renderIssues(result.issues, text, { file: 'config.yaml' }))
 */
export function loadConfig(text: string, options: LoadOptions = {}): LoadResult {
  const { doc, problems } = parseText(text)
  const position = positions(text)
  if (doc === undefined || problems.length > 0) {
    return { ok: false, issues: problems.map((found) => issue(found, position(found.offset ?? 0))) }
  }
  const plain = readPlain(doc, text, { env: options.env ?? {}, keepUnset: options.unsetVariables === 'keep' })
  const parsed = fileSchema.safeParse(plain.value ?? {})
  const found = [
    ...plain.problems,
    ...(parsed.success ? [] : judge(zodProblems(parsed.error.issues, plain.value ?? {}), plain)),
    ...judge(checkAcross(plain.value, options.providers ?? KNOWN_PROVIDERS), plain),
  ]
  const issues = found
    .map((each) => ({ each, offset: each.offset ?? plain.offsetOf(each.path, each.at ?? 'value', each.mark) }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ each, offset }) => issue(each, position(offset)))
  if (parsed.success && issues.every(({ severity }) => severity === 'warning')) {
    return { ok: true, config: parsed.data, warnings: issues }
  }
  return { ok: false, issues }
}

/** Leaves out what only follows from a value that could not be resolved. */
function judge(problems: readonly Problem[], plain: PlainData): Problem[] {
  return problems.filter(({ path }) => !plain.unresolved(path))
}

function issue(found: Problem, place: { line: number; column: number }): Issue {
  const { severity, code, message, hint, path } = found
  return { severity, path: formatPath(path), message, ...place, code, ...(hint === undefined ? {} : { hint }) }
}

/** Finds line and column of an offset. The YAML library's own counter misses the line breaks within some keys. */
function positions(text: string): (offset: number) => { line: number; column: number } {
  const starts = [0]
  const read = text.slice(0, MAX_FILE_LENGTH)
  for (let at = read.indexOf('\n'); at >= 0; at = read.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    const within = Math.min(offset, read.length)
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= within) low = middle
      else high = middle
    }
    return { line: low + 1, column: within - (starts[low] ?? 0) + 1 }
  }
}
