/** Lines around a change that are shown with it. */
const CONTEXT = 2

/** Lines compared with as many others at once; the memory it takes is four bytes times its square. */
const WINDOW = 1_000

interface Line {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

/** The lines that differ between two texts, with some around them, as `diff -u` marks them; empty when none does. */
export function lineDiff(before: string, after: string): string {
  const lines = compare(before.split('\n'), after.split('\n'))
  const shown = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ mark }) => mark !== ' '),
  )
  const out = lines.flatMap(({ mark, text }, at) => {
    if (!shown[at]) return []
    const gap = at > 0 && !shown[at - 1] ? ['…'] : []
    return [...gap, `${mark}${text}`]
  })
  return out.length === 0 ? '' : `${out.join('\n')}\n`
}

/** What lies between the common beginning and end is compared. */
function compare(before: readonly string[], after: readonly string[]): Line[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let end = 0
  const most = Math.min(before.length, after.length) - start
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ mark: ' ', text }))
  return [
    ...same(before.slice(0, start)),
    ...inWindows(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ]
}

/** A stretch at a time, each as far as the last line that both have: what was changed in place is seldom far from where it was. */
function inWindows(before: readonly string[], after: readonly string[]): Line[] {
  const lines: Line[] = []
  for (let [i, j] = [0, 0]; i < before.length || j < after.length; ) {
    const found = middle(before.slice(i, i + WINDOW), after.slice(j, j + WINDOW))
    const isLast = i + WINDOW >= before.length && j + WINDOW >= after.length
    const common = isLast ? -1 : found.findLastIndex(({ mark }) => mark === ' ')
    for (const line of common < 0 ? found : found.slice(0, common + 1)) {
      lines.push(line)
      if (line.mark !== '+') i += 1
      if (line.mark !== '-') j += 1
    }
  }
  return lines
}

/** By the longest common subsequence. */
function middle(before: readonly string[], after: readonly string[]): Line[] {
  const width = after.length + 1
  const common = new Uint32Array((before.length + 1) * width)
  const at = (i: number, j: number): number => common[i * width + j] ?? 0
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: Line[] = []
  for (let [i, j] = [0, 0]; i < before.length || j < after.length; ) {
    const [old, fresh] = [before[i], after[j]]
    if (old !== undefined && old === fresh) {
      lines.push({ mark: ' ', text: old })
      i += 1
      j += 1
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ mark: '-', text: old })
      i += 1
    } else {
      lines.push({ mark: '+', text: fresh ?? '' })
      j += 1
    }
  }
  return lines
}
