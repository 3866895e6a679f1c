/** How the identity provider behaves. */
export interface IdentitySettings {
  /** Life of an access token, in milliseconds. Default 1 hour. */
  accessLifetimeMs: number
  /** Life of a code, in milliseconds. Default 1 minute. */
  codeLifetimeMs: number
  /**
   * `strict`: each refresh token works once, and one that is shown again kills its whole family. `none`: they work for ever.
   * Default `strict`.
   */
  rotation: 'strict' | 'none'
  /**
   * For this long the refresh token before the last works once more as long as the last was not used, as providers allow for
   * answers that got lost. Default 0: no grace.
   */
  graceMs: number
  /** `auto` says yes for the person; `form` waits for a click. Default `auto`. */
  approval: 'auto' | 'form'
  /** Client ids that exist. Default: any. */
  clients: readonly string[] | undefined
  /** Seconds between polls of the device flow. Default 5. */
  deviceInterval: number
  /** `error`: 503; `reset`: the connection torn down; `hang`: no answer. Default: none. */
  outage: 'error' | 'reset' | 'hang' | undefined
  /** Wait before a token request is looked at, in milliseconds. Default 0. */
  delayMs: number
  /** Wait between the issue of tokens and the answer that tells them, in milliseconds. Default 0. */
  answerDelayMs: number
}

export const defaultSettings: IdentitySettings = {
  accessLifetimeMs: 3_600_000,
  codeLifetimeMs: 60_000,
  rotation: 'strict',
  graceMs: 0,
  approval: 'auto',
  clients: undefined,
  deviceInterval: 5,
  outage: undefined,
  delayMs: 0,
  answerDelayMs: 0,
}

const numbers = ['accessLifetimeMs', 'codeLifetimeMs', 'graceMs', 'deviceInterval', 'delayMs', 'answerDelayMs']
const choices: Readonly<Record<string, readonly unknown[]>> = {
  rotation: ['strict', 'none'],
  approval: ['auto', 'form'],
  outage: ['error', 'reset', 'hang', null],
}

/** Settings from outside, or what is wrong with them. */
export function readSettings(value: Readonly<Record<string, unknown>>): Partial<IdentitySettings> | string {
  for (const [name, given] of Object.entries(value)) {
    const number = numbers.includes(name) && typeof given === 'number' && given >= 0
    const list =
      name === 'clients' && (given === null || (Array.isArray(given) && given.every((id) => typeof id === 'string')))
    if (!number && !list && choices[name]?.includes(given) !== true) return `"${name}" cannot be set to that`
  }
  return Object.fromEntries(Object.entries(value).map(([name, given]) => [name, given ?? undefined]))
}
