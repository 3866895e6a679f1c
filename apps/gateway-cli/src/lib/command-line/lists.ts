import { CliError } from './error.ts'
import { nearest } from './suggest.ts'

/** The entries of a flag that takes several, given apart or with commas or blanks between; undefined when it was not given. */
export function listOf(values: readonly string[] | undefined): string[] | undefined {
  if (values === undefined) return undefined
  return [...new Set(values.flatMap((value) => value.split(/[\s,]+/)).filter((value) => value !== ''))]
}

/** The models of a `--models` flag, or `all`; undefined when it was not given. @throws CliError `USAGE` when it names none */
export function modelsOf(values: readonly string[] | undefined): string[] | 'all' | undefined {
  const models = listOf(values)
  if (models === undefined) return undefined
  if (models.length === 0) throw new CliError('USAGE', '--models needs at least one model, or "all"')
  return models.join() === 'all' ? 'all' : models
}

/** Entries that are all among the known ones. @throws CliError `USAGE` that names the wrong one. */
export function choicesOf<Choice extends string>(
  values: readonly string[],
  known: readonly Choice[],
  flag: string,
): Choice[] {
  return values.map((value) => choiceOf(value, known, flag))
}

/** @throws CliError `USAGE` when the value is not among the known ones. */
export function choiceOf<Choice extends string>(value: string, known: readonly Choice[], flag: string): Choice {
  const found = known.find((each) => each === value)
  if (found !== undefined) return found
  const near = nearest(value, known)
  throw new CliError('USAGE', `${flag} cannot be "${value}"; it is one of ${known.join(', ')}`, {
    ...(near !== undefined && { hint: `did you mean "${near}"?` }),
  })
}

/** A whole number within a range; undefined when the flag was not given. @throws CliError `USAGE` */
export function wholeNumber(
  value: string | undefined,
  flag: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { readonly min?: number; readonly max?: number } = {},
): number | undefined {
  if (value === undefined) return undefined
  const read = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN
  if (read >= min && read <= max) return read
  const range =
    max === Number.MAX_SAFE_INTEGER
      ? min === Number.MIN_SAFE_INTEGER
        ? ''
        : ` from ${min} up`
      : ` from ${min} to ${max}`
  throw new CliError('USAGE', `${flag} must be a whole number${range}, not "${value}"`)
}
