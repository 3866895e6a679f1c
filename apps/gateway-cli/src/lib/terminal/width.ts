import { stripVTControlCharacters } from 'node:util'
import { steerless } from '@llm-gateway/server'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Characters that take two columns of a terminal: East Asian wide and full-width ones (Unicode Standard Annex 11). */
const wide =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u

/** How many columns of a terminal a text takes; colours take none. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) columns += columnsOfGrapheme(segment)
  return columns
}

function columnsOfGrapheme(grapheme: string): number {
  if (/^[\p{M}\p{Cf}\p{Cc}]/u.test(grapheme)) return 0
  return wide.test(grapheme) || /\p{Emoji_Presentation}|\ufe0f/u.test(grapheme) ? 2 : 1
}

/** A text that cannot steer the terminal it is shown on: names come from files and from other machines. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '\u{fffd}')
}

/** The same for a text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** The colours of our own style, whose codes pass on their way to a terminal. */
const ownColours: ReadonlySet<string> = new Set([1, 2, 22, 31, 32, 33, 36, 39].map((code) => `\u001b[${code}m`))

/** A whole text as it may go to a terminal: lines and our colours stay, and whatever else steers one is shown as a mark. */
export function forTerminal(text: string): string {
  return text.replace(/\r?\n|\t|\p{Cc}(?:\[\d+m)?|[\u202a-\u202e\u2066-\u2069]/gu, (found) =>
    ownColours.has(found) || found.endsWith('\n') || found === '\t' ? found : '\u{fffd}',
  )
}

/** JSON of the same value without a character that could steer a terminal; it may stand on several lines. */
export function jsonForTerminal(json: string): string {
  return json.split('\n').map(steerless).join('\n')
}
