import type { z } from 'zod'
import { valueAt } from './data.ts'
import type { DataPath, Problem } from './issue.ts'
import { maskSecrets } from './mask.ts'
import { suggest } from './suggest.ts'

type ZodIssue = z.core.$ZodIssue

/** Says in our words what zod found. */
export function zodProblems(issues: readonly ZodIssue[], data: unknown, above: DataPath = []): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))]
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => unknownKey([...path, key], key, issue.message.split(',')))
      case 'invalid_union':
        return unionProblems(issue, data, path)
      case 'invalid_type':
        return [typeProblem(path, issue.expected, valueAt(data, path))]
      case 'invalid_value':
        return [choiceProblem(path, issue.values.map(String).filter(Boolean), valueAt(data, path))]
      case 'custom':
        return [error(issue.params?.code === 'missing-key' ? 'missing-key' : 'invalid-value', path, issue.message)]
      default:
        return [error('invalid-value', path, issue.message)]
    }
  })
}

function unknownKey(path: DataPath, key: string, known: readonly string[]): Problem {
  const meant = suggest(key, known)
  const hint = meant === undefined ? `known here: ${known.join(', ')}` : `did you mean "${meant}"?`
  return { severity: 'error', code: 'unknown-key', path, at: 'key', message: `unknown key "${maskSecrets(key)}"`, hint }
}

/** Of the ways a value may be written, the one whose outer form fits is the one that was meant. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, data: unknown, path: DataPath): Problem[] {
  const meant = issue.errors.find((issues) =>
    issues.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys' || inner.code === 'custom'),
  )
  if (meant !== undefined && meant.length > 0) return zodProblems(meant, data, path)
  const value = valueAt(data, path)
  const wrongType = typeof value === 'object' || value === undefined
  return [error(wrongType ? 'wrong-type' : 'invalid-value', path, `${issue.message}, found ${kind(value)}`)]
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section of "key: value" lines',
  record: 'a section of "key: value" lines',
}

function typeProblem(path: DataPath, expected: string, value: unknown): Problem {
  const last = path.at(-1)
  if (value === undefined && typeof last === 'string') {
    return { ...error('missing-key', path, `"${last}" is missing`), at: 'key' }
  }
  const message = `must be ${EXPECTED[expected] ?? expected}, found ${kind(value)}`
  return error('wrong-type', path, message, typeHint(expected, value))
}

/** What a person most often meant who wrote a value of this type. */
function typeHint(expected: string, value: unknown): string | undefined {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return 'put it in quotes'
  if (expected === 'array' && typeof value === 'string') return 'put it in brackets, also where it is only one'
  const unspaced = typeof value === 'string' && /^[\w-]+:\S/.test(value)
  return unspaced && EXPECTED[expected] === EXPECTED.object ? 'put a space after the colon' : undefined
}

function choiceProblem(path: DataPath, choices: readonly string[], value: unknown): Problem {
  const last = path.at(-1)
  if (value === undefined && typeof last === 'string') {
    return { ...error('missing-key', path, `"${last}" is missing`, `one of ${choices.join(', ')}`), at: 'key' }
  }
  if (typeof value !== 'string') return error('wrong-type', path, `must be one of ${choices.join(', ')}`)
  return unknownChoice('must be one of', path, choices, value)
}

/** A word that is none of those allowed. */
export function unknownChoice(must: string, path: DataPath, choices: readonly string[], value: string): Problem {
  const meant = suggest(value, choices)
  const shown = value.length > 40 ? '' : `, found "${maskSecrets(value)}"`
  const hint = meant === undefined ? undefined : `did you mean "${meant}"?`
  return error('invalid-value', path, `${must} ${choices.join(', ')}${shown}`, hint)
}

/** A problem the gateway cannot start with. */
export function error(code: Problem['code'], path: DataPath, message: string, hint?: string): Problem {
  return { severity: 'error', code, path, message, ...(hint === undefined ? {} : { hint }) }
}

function kind(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a section'
  if (typeof value === 'string') return 'text'
  return typeof value === 'number' ? 'a number' : 'true or false'
}
