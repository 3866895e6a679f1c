import { isObject, type JsonObject, objects, show } from '../json.ts'
import { invalid, violation } from './error.ts'

/** A run of contents of one role, which Gemini reads as one turn. */
export interface Run {
  role: 'user' | 'model'
  parts: JsonObject[]
}

/** The conversation as turns. `function` is an older word for the user's. */
export function runsOf(contents: readonly JsonObject[]): Run[] {
  const runs: Run[] = []
  for (const content of contents) {
    const role = content.role === 'model' ? 'model' : 'user'
    const last = runs.at(-1)
    if (last?.role === role) last.parts.push(...objects(content.parts))
    else runs.push({ role, parts: [...objects(content.parts)] })
  }
  return runs
}

function count(run: Run | undefined, field: 'functionCall' | 'functionResponse'): number {
  return run?.parts.filter((part) => isObject(part[field])).length ?? 0
}

/** Checks roles, and that calls and responses belong together. */
export function checkOrder(contents: readonly JsonObject[]): void {
  if (contents.length === 0) throw violation('contents', 'contents is not specified')
  contents.forEach((content, index) => {
    const role = content.role
    if (role !== undefined && role !== 'user' && role !== 'model' && role !== 'function') {
      throw invalid('Please use a valid role: user, model.')
    }
    if (objects(content.parts).length === 0)
      throw violation(`contents[${index}].parts`, 'contents.parts must not be empty.')
  })
  const runs = runsOf(contents)
  runs.forEach((run, index) => {
    checkRun(run, runs[index - 1], runs[index + 1])
  })
}

function checkRun(run: Run, before: Run | undefined, after: Run | undefined): void {
  const calls = count(run, 'functionCall')
  const responses = count(run, 'functionResponse')
  if (run.role === 'user' && calls > 0) {
    throw invalid('Please ensure that function call turn contains only model role.')
  }
  if (run.role === 'model' && responses > 0) {
    throw invalid('Please ensure that function response turn contains only user or function role.')
  }
  if (calls > 0 && before === undefined) {
    throw invalid(
      'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
    )
  }
  const called = count(before, 'functionCall')
  if (responses > 0 && called === 0) {
    throw invalid('Please ensure that function response turn comes immediately after a function call turn.')
  }
  if (run.role === 'user' && called !== responses && called > 0) throw unequal()
  if (calls > 0 && after === undefined) throw unequal()
  checkNames(run, before)
}

function unequal(): Error {
  return invalid(
    'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
  )
}

/** A response names the function that was called; where both carry ids, these match too. */
function checkNames(run: Run, before: Run | undefined): void {
  const calls = before?.parts.map((part) => part.functionCall).filter(isObject) ?? []
  for (const part of run.parts) {
    const response = part.functionResponse
    if (!isObject(response)) continue
    if (response.name === undefined || response.name === '') {
      throw invalid('* GenerateContentRequest.contents.parts.function_response.name: Name cannot be empty.\n')
    }
    if (calls.some((call) => call.name === response.name)) continue
    throw invalid(
      `Function response for '${show(response.name)}' does not match any function call of the previous turn.`,
    )
  }
}
