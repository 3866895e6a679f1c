import { parseAst } from 'rolldown/parseAst'

/**
 * @typedef {object} Source What the check needs to know of one file.
 * @property {Use[]} imports Every module specifier: static, type-only, re-exported, dynamic, `import('x').T`.
 * @property {Use[]} names Every dotted name (`process.env`), every call of one (`Date.now()`), and `new Date()`.
 *
 * @typedef {{ text: string, line: number }} Use
 * @typedef {{ type: string, start: number, [key: string]: unknown }} Node
 */

/**
 * Reads the syntax tree rather than the text, so that comments and strings are never mistaken for code.
 * @param {string} path Its ending says the language.
 * @param {string} code
 * @returns {Source}
 */
export function readSource(path, code) {
  /** @type {Source} */
  const source = { imports: [], names: [] }
  const lineAt = lineCounter(code)
  const lang = /\.[cm]?js$/.test(path) ? 'js' : path.endsWith('.tsx') ? 'tsx' : 'ts'
  visit(parseAst(code, { lang }), (node) => {
    const line = lineAt(node.start)
    const specifier = specifierOf(node)
    if (specifier !== undefined) source.imports.push({ text: specifier, line })
    for (const text of namesOf(node)) source.names.push({ text, line })
  })
  return source
}

/** @param {unknown} value @param {(node: Node) => void} see */
function visit(value, see) {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see)
  } else if (isNode(value)) {
    see(value)
    for (const child of Object.values(value)) visit(child, see)
  }
}

/**
 * @param {unknown} value
 * @returns {value is Node}
 */
const isNode = (value) =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

/** @param {Node} node */
function specifierOf(node) {
  const imports = [
    'ImportDeclaration',
    'ExportNamedDeclaration',
    'ExportAllDeclaration',
    'ImportExpression',
    'TSImportType',
  ]
  return imports.includes(node.type) ? textOf(node.source) : undefined
}

/** @param {Node} node */
function namesOf(node) {
  if (node.type === 'MemberExpression') return [dottedName(node)].filter((name) => name !== undefined)
  if (node.type === 'CallExpression') return [`${dottedName(node.callee)}()`]
  if (node.type === 'NewExpression') {
    const bare = Array.isArray(node.arguments) && node.arguments.length === 0
    return bare && dottedName(node.callee) === 'Date' ? ['new Date()'] : []
  }
  if (node.type === 'VariableDeclarator') return destructured(node)
  if (node.type === 'ImportDeclaration') return importedNames(node)
  return []
}

/** `const { env } = process` reads `process.env`. @param {Node} node */
function destructured({ id, init }) {
  const object = dottedName(init)
  if (object === undefined || !isNode(id) || id.type !== 'ObjectPattern') return []
  return keysOf(id.properties, 'key').map((key) => `${object}.${key}`)
}

/** `import { env } from 'node:process'` does too. @param {Node} node */
function importedNames({ source, specifiers }) {
  const globalOf = /^(?:node:)?(process|console)$/.exec(textOf(source) ?? '')?.[1]
  return globalOf === undefined ? [] : keysOf(specifiers, 'imported').map((key) => `${globalOf}.${key}`)
}

/** @param {unknown} nodes @param {string} property */
const keysOf = (nodes, property) =>
  (Array.isArray(nodes) ? nodes : []).map((node) => nameOf(isNode(node) ? node[property] : undefined)).filter(Boolean)

/**
 * @param {unknown} node
 * @returns {string | undefined} `a.b.c` for a chain of plain names (`a['b']` too), without a leading `globalThis`
 */
function dottedName(node) {
  if (!isNode(node)) return undefined
  if (node.type !== 'MemberExpression') return nameOf(node)
  const object = dottedName(node.object)
  const property = node.computed ? textOf(node.property) : nameOf(node.property)
  if (object === undefined || property === undefined) return undefined
  return object === 'globalThis' ? property : `${object}.${property}`
}

/** @param {unknown} node */
const nameOf = (node) => (isNode(node) && typeof node.name === 'string' ? node.name : undefined)

/** @param {unknown} node */
const textOf = (node) => (isNode(node) && typeof node.value === 'string' ? node.value : undefined)

/** @param {string} code */
function lineCounter(code) {
  const starts = [0]
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) starts.push(at + 1)
  return (/** @type {number} */ offset) => starts.filter((start) => start <= offset).length
}
