import { setTimeout as sleep } from 'node:timers/promises'
import {
  type BegunLogin,
  beginLogin,
  type CallbackServer,
  deviceLogin,
  finishLogin,
  isLoopbackRedirect,
  OAuthError,
  readCallbackText,
  startCallbackServer,
} from '@llm-gateway/oauth'
import type { Output } from '../terminal/output.ts'
import type { Prompt } from '../terminal/prompt.ts'
import type { OAuthSession } from './oauth-session.ts'

export interface LoginWays {
  readonly prompt: Prompt
  readonly output: Output
  /** Use the device flow although there is another. */
  readonly device: boolean
  /** Ask for the code although the browser could come back by itself: it is on another machine. */
  readonly paste: boolean
  /** Tell the address and end, for somebody who finishes the login later. */
  readonly wait: boolean
}

/** What came of a login: it is done, or waits for `oauth callback`. */
export type LoginResult = { readonly done: true } | { readonly done: false; readonly begun: BegunLogin }

/** Logs an account in, with the person at the terminal or, where there is none, as far as can be. */
export async function logIn(session: OAuthSession, ways: LoginWays): Promise<LoginResult> {
  const { profile } = session.account
  if (ways.device || profile.authorizeUrl === undefined) return byDevice(session, ways.output)
  if (!ways.wait || !ways.prompt.possible) {
    return { done: false, begun: await beginLogin(session.account, session.login) }
  }
  const listens = isLoopbackRedirect(profile.redirectUri) && !ways.paste
  const server = listens ? await listener(session, ways.output) : undefined
  return server ? byCallback(session, server, ways.output) : byPaste(session, ways)
}

/** Undefined when nothing can listen there: the person then carries the code. */
async function listener({ account }: OAuthSession, output: Output): Promise<CallbackServer | undefined> {
  const { redirectUri } = account.profile
  try {
    return await startCallbackServer(redirectUri === undefined ? {} : { redirectUri })
  } catch (cause) {
    if (!OAuthError.is(cause)) throw cause
    output.warn(cause.message)
    return undefined
  }
}

async function byCallback(
  { account, login }: OAuthSession,
  server: CallbackServer,
  output: Output,
): Promise<LoginResult> {
  try {
    const begun = await beginLogin(account, login, server.redirectUri)
    output.note(`Open this address in a browser on this machine and log in:\n\n  ${begun.url}\n\nWaiting for it ...`)
    await finishLogin(account, { parameters: await server.answer(begun.state) }, login)
    return { done: true }
  } finally {
    server.close()
  }
}

async function byPaste({ account, login }: OAuthSession, { prompt, output }: LoginWays): Promise<LoginResult> {
  const begun = await beginLogin(account, login)
  output.note(`Open this address in a browser and log in:\n\n  ${begun.url}\n`)
  const text = await prompt.secret('Paste the code it shows (code#state), or the address it leads to', '--code')
  await finishLogin(account, { parameters: readCallbackText(text) }, login)
  return { done: true }
}

async function byDevice({ account, login }: OAuthSession, output: Output): Promise<LoginResult> {
  await deviceLogin(account, {
    ...login,
    sleep: (ms, signal) => sleep(ms, undefined, signal && { signal }),
    onCode: ({ userCode, verificationUrl, completeUrl }) => {
      const shortcut = completeUrl === undefined ? '' : ` (or ${completeUrl})`
      output.note(
        `Open ${verificationUrl}${shortcut} in any browser and enter the code ${userCode}\nWaiting for it ...`,
      )
    },
  })
  return { done: true }
}

/** What somebody without a terminal is told to do next. */
export function nextSteps(id: string, begun: BegunLogin): string {
  return [
    'Open this address in a browser and log in:',
    '',
    `  ${begun.url}`,
    '',
    'Within 10 minutes, hand over what it ends with: the code it shows (code#state), or the address it leads to:',
    '',
    `  llm-gateway oauth callback ${id} --code 'CODE#STATE'`,
  ].join('\n')
}
