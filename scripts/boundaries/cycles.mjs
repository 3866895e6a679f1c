/**
 * @param {Map<string, string[]>} graph Each file with those it imports.
 * @returns {string[][]} one shortest cycle for each group of files that import each other, as `a, b, a`
 */
export function findCycles(graph) {
  return components(graph)
    .filter((group) => group.length > 1 || graph.get(group[0] ?? '')?.includes(group[0] ?? ''))
    .map((group) => shortestCycle(graph, group))
    .sort((a, b) => (a.join() < b.join() ? -1 : 1))
}

/**
 * The strongly connected components, by Tarjan's algorithm.
 * @param {Map<string, string[]>} graph
 */
function components(graph) {
  /** @type {string[][]} */
  const found = []
  /** @type {Map<string, number>} */
  const order = new Map()
  /** @type {Map<string, number>} */
  const lowest = new Map()
  /** @type {string[]} */
  const open = []
  /** @param {string} file */
  const enter = (file) => {
    const index = order.size
    order.set(file, index)
    lowest.set(file, index)
    open.push(file)
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) enter(next)
      if (open.includes(next)) lowest.set(file, Math.min(lowest.get(file) ?? index, lowest.get(next) ?? index))
    }
    if (lowest.get(file) === index) found.push(open.splice(open.indexOf(file)))
  }
  for (const file of graph.keys()) if (!order.has(file)) enter(file)
  return found
}

/**
 * @param {Map<string, string[]>} graph
 * @param {string[]} group
 */
function shortestCycle(graph, group) {
  const [start = ''] = group.toSorted()
  /** @type {string[][]} */
  const paths = [[start]]
  const seen = new Set()
  for (const path of paths) {
    for (const next of graph.get(path.at(-1) ?? '') ?? []) {
      if (next === start) return [...path, start]
      if (!group.includes(next) || seen.has(next)) continue
      seen.add(next)
      paths.push([...path, next])
    }
  }
  return group
}
