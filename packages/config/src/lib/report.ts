import type { Issue } from './issue.ts'
import { maskSecrets } from './mask.ts'

/** How issues are shown. */
export interface RenderOptions {
  /** The name to put before `line:column`. */
  readonly file: string
  /** Whether to colour the text for a terminal. Default false. */
  readonly color?: boolean
}

/** Longest piece of a source line that is shown, in columns. */
const MAX_WIDTH = 100

/**
 * Shows issues the way compilers do: `file:line:column`, what is wrong, the line with a caret, what to do.
 * Anything in the line that may be a secret is starred out.
 */
export function renderIssues(issues: readonly Issue[], text: string, options: RenderOptions): string {
  const lines = text.split('\n')
  return issues.map((issue) => renderIssue(issue, lines[issue.line - 1] ?? '', options)).join('\n')
}

function renderIssue(issue: Issue, source: string, options: RenderOptions): string {
  const paint = painter(options.color ?? false)
  const place = `${options.file}:${issue.line}:${issue.column}`
  const subject = issue.path === '' ? '' : `${issue.path}: `
  const label = paint(issue.severity === 'error' ? 'red' : 'yellow', issue.severity)
  let out = `${paint('bold', place)}: ${label}: ${printable(subject + issue.message)}\n`
  const line = maskSecrets(source.replace(/\r$/, ''))
  if (line.trim() !== '') {
    const { shown, before } = excerpt(line, issue.column - 1)
    const number = String(issue.line)
    out += `${paint('dim', `${number} | `)}${printable(shown)}\n`
    out += `${' '.repeat(number.length)}${paint('dim', ' | ')}${' '.repeat(width(before))}${paint('red', '^')}\n`
  }
  if (issue.hint !== undefined) out += `  ${paint('cyan', 'help')}: ${printable(issue.hint)}\n`
  return out
}

/** The part of a line around a column, and what of it stands before that column. */
function excerpt(line: string, column: number): { shown: string; before: string } {
  const tabless = line.replaceAll('\t', ' ')
  const start = column > MAX_WIDTH - 20 ? column - Math.floor(MAX_WIDTH / 2) : 0
  const head = start > 0 ? '…' : ''
  const tail = tabless.length > start + MAX_WIDTH ? '…' : ''
  return {
    shown: head + tabless.slice(start, start + MAX_WIDTH) + tail,
    before: head + tabless.slice(start, Math.max(start, column)),
  }
}

/** East Asian wide characters and emoji, which take two columns of a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

function width(text: string): number {
  return Array.from(text).reduce((columns, char) => columns + (WIDE.test(char) ? 2 : 1), 0)
}

/** A file must not be able to steer the terminal it is shown on. */
function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}/gu, '\u{fffd}')
}

const CODES = { bold: 1, dim: 2, red: 31, yellow: 33, cyan: 36 } as const

function painter(color: boolean): (style: keyof typeof CODES, text: string) => string {
  return (style, text) => (color ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text)
}
