import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** A fenced block of a page. */
export interface Sample {
  readonly page: string
  /** Of its fence, counted from 1. */
  readonly line: number
  readonly language: string
  readonly text: string
  /** Why it is not run: `<!-- not run: REASON -->` stands right above it, where readers do not see it. */
  readonly notRun?: string
  /** What the reader's file is to hold before the commands of the page: `<!-- the file -->` stands above it. */
  readonly isFile: boolean
}

/** The pages people follow at a terminal. */
export const pages: readonly string[] = [
  'README.md',
  'README.zh-CN.md',
  'deploy/README.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** The other pages people read: of the repository, and of each package. */
export const otherPages: readonly string[] = [
  ...readdirSync(root).filter((name) => /^[A-Z]+\.md$/.test(name) && name !== 'README.md'),
  ...['packages', 'apps'].flatMap((folder) =>
    readdirSync(`${root}${folder}`).map((name) => `${folder}/${name}/README.md`),
  ),
  'bench/README.md',
  'docs/reference/cli.md',
  'docs/reference/configuration.md',
]

export function readPage(page: string): string {
  return readFileSync(`${root}${page}`, 'utf8')
}

/** Every fenced block of a page, in order. */
export function samplesOf(page: string, text: string = readPage(page)): Sample[] {
  const samples: Sample[] = []
  const lines = text.split('\n')
  for (let index = 0; index < lines.length; index += 1) {
    const language = /^```(\S*)/.exec(lines[index] ?? '')?.[1]
    if (language === undefined) continue
    const end = lines.indexOf('```', index + 1)
    if (end === -1) throw new Error(`${page}:${index + 1}: the block does not end`)
    const above = lines.slice(0, index).findLast((line) => line.trim() !== '') ?? ''
    const notRun = /^<!-- not run: (.*) -->$/.exec(above)?.[1]
    samples.push({
      page,
      line: index + 1,
      language,
      text: lines.slice(index + 1, end).join('\n'),
      isFile: above === '<!-- the file -->',
      ...(notRun !== undefined && { notRun }),
    })
    index = end
  }
  return samples
}
