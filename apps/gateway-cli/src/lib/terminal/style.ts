import { styleText } from 'node:util'
import type { Terminal } from './io.ts'

export type Tone = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

/** Colours a text, or leaves it. */
export type Style = (tone: Tone, text: string) => string

const plain: Style = (_tone, text) => text
const coloured: Style = (tone, text) => styleText(tone, text, { validateStream: false })

/**
 * How to colour what goes to a stream: `--no-color` and NO_COLOR (no-color.org) win over FORCE_COLOR, which wins over what the
 * stream is. Build servers that set CI get plain text unless they ask.
 */
export function styleFor(stream: Terminal, env: Readonly<Record<string, string | undefined>>, noColor: boolean): Style {
  if (noColor || (env.NO_COLOR ?? '') !== '') return plain
  const force = env.FORCE_COLOR
  if (force !== undefined) return force === '0' || force === 'false' ? plain : coloured
  return stream.isTTY === true && env.TERM !== 'dumb' && !isCi(env) ? coloured : plain
}

/** Whether nobody sits at the terminal. */
export function isCi(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env.CI ?? '') !== '' && env.CI !== 'false' && env.CI !== '0'
}
