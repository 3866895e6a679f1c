/**
 * Counts the tokens of a text without a vocabulary. A byte-pair tokenizer first cuts a text into words with their leading space,
 * runs of digits, of punctuation and of white space, and then finds most of these whole in its vocabulary. So pieces are counted,
 * long ones for more than one. The weights are fitted to OpenAI's o200k vocabulary; `bench/tokens.ts` measures them on other texts.
 */
export function textTokens(text: string): number {
  let tokens = 0
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at)
    const kind = kindOf(code)
    const end = kind === 'letter' ? wordEnd(text, at) : kind === 'wide' ? at + 1 : runEnd(text, at, kind)
    tokens += weigh(kind, end - at, code, text.charCodeAt(end))
    at = end
  }
  return tokens
}

type Kind = 'letter' | 'digit' | 'space' | 'line' | 'mark' | 'wide'

function kindOf(code: number): Kind {
  if (isLower(code) || isUpper(code)) return 'letter'
  if (code >= 48 && code <= 57) return 'digit'
  if (code === 32) return 'space'
  if (code < 32) return 'line'
  return code < 128 ? 'mark' : 'wide'
}

function isLower(code: number): boolean {
  return code >= 97 && code <= 122
}

function isUpper(code: number): boolean {
  return code >= 65 && code <= 90
}

function runEnd(text: string, start: number, kind: Kind): number {
  let end = start + 1
  while (end < text.length && kindOf(text.charCodeAt(end)) === kind) end++
  return end
}

/** Where a word ends: `camelCase` is two. */
function wordEnd(text: string, start: number): number {
  let end = start + 1
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (!isLower(code) && !(isUpper(code) && isUpper(text.charCodeAt(end - 1)))) break
  }
  return end
}

function weigh(kind: Kind, length: number, code: number, next: number): number {
  switch (kind) {
    case 'letter':
      return 1 + Math.max(0, length - 7) * 0.19
    case 'digit':
      return Math.ceil(length / 3)
    case 'space':
      // One space belongs to the word behind it; digits take none.
      if (length === 1) return kindOf(next) === 'digit' ? 1 : 0
      return 0.5
    case 'line':
      return 0.75
    case 'mark':
      return length <= 2 ? 0.85 : length * 0.5
    case 'wide':
      return wideTokens(code)
  }
}

/** Tokens for each UTF-16 unit of scripts other than ASCII, up to the code each ends before. */
const scripts: readonly (readonly [end: number, tokens: number])[] = [
  [0x02_50, 0.6], // Latin with marks
  [0x05_30, 0.275], // Greek, Cyrillic
  [0x09_00, 0.36], // Hebrew, Arabic
  [0x0e_00, 0.38], // the scripts of India
  [0x30_40, 0.6], // Thai and others, punctuation
  [0x31_00, 0.81], // kana
  [0xac_00, 0.68], // Chinese characters
  [0xd7_b0, 0.71], // Hangul
]

function wideTokens(code: number): number {
  return scripts.find(([end]) => code < end)?.[1] ?? 0.9
}
