import type { Document, ErrorCode, YAMLError } from 'yaml'
import { documentOf } from './document.ts'
import type { Problem } from './issue.ts'

/** Longest file that is read, in UTF-16 units: some thousands of keys. A larger one is a mistake or an attack. */
export const MAX_FILE_LENGTH: number = 2 ** 19

/** Deepest nesting that is read; a real file has six levels, and the parser recurses once for each. */
const MAX_DEPTH = 100

/** Syntax errors follow from each other: after some, more of them only hide the first. */
const MAX_SYNTAX_ERRORS = 20

/** A parsed YAML text; `doc` is absent when parsing was refused. */
export interface ParsedText {
  readonly doc?: Document.Parsed
  readonly problems: readonly Problem[]
}

/** Parses the YAML of a configuration file, refusing what is hostile before it costs time. */
export function parseText(text: string): ParsedText {
  const refused = refuse(text)
  if (refused !== undefined) return { problems: [refused] }
  const doc = documentOf(text)
  const problems = referencesInBrackets(
    text,
    [...doc.errors, ...doc.warnings].slice(0, MAX_SYNTAX_ERRORS).map(syntaxProblem),
  )
  if (doc.directives?.yaml.version !== '1.2') {
    problems.push(fault(0, 'yaml-unsupported', 'the file asks for an older YAML', 'remove the %YAML line'))
  }
  return { doc, problems }
}

/** A reference that stands bare within brackets is read as one bracket more: what follows on its line tells nothing by itself. */
function referencesInBrackets(text: string, problems: readonly Problem[]): Problem[] {
  const bare = problems.flatMap(({ offset = 0 }) => (text.startsWith('${', offset - 1) ? [offset - 1] : []))
  if (bare.length === 0) return [...problems]
  const told = bare.map((at) =>
    fault(at, 'yaml-syntax', 'a reference within brackets stands without quotes', 'put it in quotes: "${NAME}"'),
  )
  const [first = 0] = bare
  return [...problems.filter(({ offset = 0 }) => offset < first), ...told]
}

function refuse(text: string): Problem | undefined {
  if (text.length > MAX_FILE_LENGTH) {
    return fault(0, 'too-large', `the file is larger than ${MAX_FILE_LENGTH / 1024} KiB`, 'is it the right file?')
  }
  const control = /[^\P{Cc}\t\n\r\u0080-\u009f]/u.exec(text)
  if (control !== null) {
    return fault(control.index, 'not-text', 'the file holds a control character', 'is it the right file, and UTF-8?')
  }
  if (text.trim() === '') {
    const hint = 'restore it from a copy, or delete it to have a starter file written in its place'
    return fault(0, 'empty-file', 'the file is empty, as if a save had been cut short', hint)
  }
  const deep = tooDeep(text)
  return deep === undefined
    ? undefined
    : fault(deep, 'yaml-unsupported', `the file nests deeper than ${MAX_DEPTH} levels`, 'is it the right file?')
}

/** Where brackets or list dashes nest too deep. It does not look at quotes: no real text leaves so many open. */
function tooDeep(text: string): number | undefined {
  let brackets = 0
  let indicators = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (char === '[' || char === '{') brackets += 1
    else if (char === ']' || char === '}') brackets = Math.max(0, brackets - 1)
    if ((char === '-' || char === '?' || char === ':') && text[at + 1] === ' ') indicators += 1
    else if (char !== ' ') indicators = 0
    if (brackets > MAX_DEPTH || indicators > MAX_DEPTH) return at
  }
  return undefined
}

/** The library's own messages can quote the text they fail on, which may be a secret; so these stand in for them. */
const SYNTAX: Readonly<Partial<Record<ErrorCode, readonly [message: string, hint: string]>>> = {
  TAB_AS_INDENT: ['a tab is used for indentation', 'indent with spaces'],
  BAD_INDENT: ['the indentation does not fit the lines around it', 'align it with the other keys of its section'],
  BAD_DQ_ESCAPE: ['a backslash in double quotes starts no known escape', 'use single quotes, or write \\\\'],
  BAD_SCALAR_START: ['the text starts with a character YAML reserves', 'put it in quotes'],
  BLOCK_AS_IMPLICIT_KEY: ['two "key: value" pairs stand on one line', 'give each its own line, or quote the text'],
  BLOCK_IN_FLOW: ['a line-based section stands inside brackets', 'use brackets within brackets'],
  MISSING_CHAR: ['a closing quote, a bracket, a comma or a colon is missing', 'look at this line and the one before'],
  MULTILINE_IMPLICIT_KEY: ['a key runs over several lines', 'is a colon missing at the end of the key?'],
  MULTIPLE_DOCS: ['the file holds more than one document', 'remove the "---" between them'],
  KEY_OVER_1024_CHARS: ['a key is far too long', 'is a quote missing?'],
  UNEXPECTED_TOKEN: ['something stands where YAML allows nothing', 'is a quote, a colon or a line break missing?'],
  RESOURCE_EXHAUSTION: ['the file nests too deep', 'is it the right file?'],
}

const UNSUPPORTED: ReadonlySet<ErrorCode> = new Set(['TAG_RESOLVE_FAILED', 'MULTIPLE_TAGS', 'BAD_COLLECTION_TYPE'])

function syntaxProblem(error: YAMLError): Problem {
  const offset = error.pos[0]
  if (UNSUPPORTED.has(error.code)) {
    return fault(offset, 'yaml-unsupported', 'a YAML tag (!name) is not supported here', 'remove the tag')
  }
  const [message, hint] = SYNTAX[error.code] ?? ['the YAML cannot be read here', 'check the quotes and the indentation']
  return fault(offset, 'yaml-syntax', message, hint)
}

function fault(offset: number, code: Problem['code'], message: string, hint: string): Problem {
  return { severity: 'error', code, path: [], message, hint, offset }
}
