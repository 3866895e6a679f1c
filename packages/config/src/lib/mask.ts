/**
 * Keys whose values are not shown, whatever they look like: up to a comment, or to what ends a value within brackets. What follows a
 * value that ends too early is part of it by mistake.
 */
const SECRET_PAIR =
  /((?:["']?)[\w-]*(?:key|token|secret|password|credential|hash|authorization)[\w-]*["']?\s*:\s*)((?:"(?:[^"\\]|\\.)*"?|'[^']*'?|\$\{[^}]*\}|[^\s,{}[\]#])(?:\$\{[^}]*\}|[^\s,}\]#]|(?<=\S)#|[ \t]+(?=[^\s,}\]#]))*)/gi

/** What a credential looks like wherever it stands: a known prefix, or a long run of letters and digits. */
const SECRET_WORD = /\b(?:sk|gw|pk|rk|ghp|xox[abp]|AIza|ya29|eyJ)[-_A-Za-z0-9.]{12,}|[A-Za-z0-9+/_=-]{32,}/g

/** The user and password of a URL: up to the last @, since a password may hold one. */
const URL_LOGIN = /(:\/\/)([^/\s"']+)(?=@)/g

/** What may be shown of a secret's place: nothing, a reference to where it lies, or a section below. */
const HARMLESS = /^(?:["']?(?:\$\{[A-Za-z_]\w*(?::\?[^}]*)?\}|file:[^\s"']*)["']?|["']{2}|[|>][-+0-9]*)\s*$/

/** Puts stars over what may be a secret; the length stays, so that a caret below the line still points right. */
export function maskSecrets(line: string): string {
  return line
    .replace(SECRET_PAIR, (whole, key: string, value: string) => (HARMLESS.test(value) ? whole : key + stars(value)))
    .replace(SECRET_WORD, stars)
    .replace(URL_LOGIN, (_, scheme: string, login: string) => scheme + stars(login))
}

function stars(text: string): string {
  return '*'.repeat(text.length)
}
