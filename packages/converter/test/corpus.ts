import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type Dialect, dialects } from '../src/lib/chat/dialect.ts'
import type { JsonObject } from '../src/lib/chat/json.ts'

const root = new URL('../../../fixtures/', import.meta.url)

/** One case of the shared corpus: a request, and one answer to it both whole and streamed. */
export interface Case {
  readonly dialect: Dialect
  readonly name: string
  readonly request: JsonObject | undefined
  readonly reply: JsonObject | undefined
  readonly stream: Uint8Array
}

/** A case whose answer came to its end; the others break off in an error. */
export type WholeCase = Case & { readonly request: JsonObject; readonly reply: JsonObject }

export const dialectsOfCorpus: readonly Dialect[] = ['anthropic', 'openai-chat', 'openai-completions']

/** The cases of every dialect. */
export const everyCase: readonly Case[] = dialects.flatMap((dialect) =>
  readdirSync(new URL(`${dialect}/`, root))
    .sort()
    .map((name) => readCase(dialect, name)),
)

export const everyWholeCase: readonly WholeCase[] = everyCase.filter(
  (each): each is WholeCase => each.reply !== undefined && each.request !== undefined,
)

export const corpus: readonly Case[] = everyCase.filter(({ dialect }) => dialectsOfCorpus.includes(dialect))

export const wholeCases: readonly WholeCase[] = everyWholeCase.filter(({ dialect }) =>
  dialectsOfCorpus.includes(dialect),
)

function readCase(dialect: Dialect, name: string): Case {
  const folder = new URL(`${dialect}/${name}/`, root)
  return {
    dialect,
    name,
    request: readJson(new URL('request.json', folder)),
    reply: readJson(new URL('reply.json', folder)),
    stream: readFileSync(new URL('stream.sse', folder)),
  }
}

function readJson(file: URL): JsonObject | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as JsonObject) : undefined
}

/** Every ordered pair of dialects of which the second is the client's and differs from the upstream's. */
export function targetsOf(from: Dialect): readonly Dialect[] {
  return dialectsOfCorpus.filter((to) => to !== from)
}

/** Ids and time that tests can write down. */
export const fixed = { newId: (): string => 'fresh', now: (): number => 1_700_000_000 }
