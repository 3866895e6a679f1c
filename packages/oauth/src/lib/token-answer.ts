/** The most that is read of an answer, in bytes: one with a token has a few hundred. */
export const MAX_ANSWER_BYTES: number = 1024 * 1024

/** What a token endpoint answered with success, as the standard has it, or what is wrong with it. */
export type TokenAnswer =
  | { readonly response: Response }
  /** The provider refused, in the standard's words. */
  | { readonly refused: string }
  /** For people: what is wrong, without a word of the answer but names that are in no token. */
  | { readonly fault: string }

type Members = Readonly<Record<string, unknown>>

/**
 * Reads an answer once, and none beyond {@link MAX_ANSWER_BYTES}. What stands in one that is no success is read on by its caller.
 *
 * Some providers refuse with 200 and an `error` member, GitHub among them (also `authorization_pending` of its device flow).
 * An id token is left out: nobody here reads it, and one that would not validate must not cost a login.
 *
 * @param isToken false where a device flow begins
 */
export async function readAnswer(response: Response, isToken: boolean): Promise<TokenAnswer> {
  const { status, headers } = response
  const text = await boundedText(response)
  // The status of an error says the most important thing by itself.
  if (status !== 200) return { response: new Response(text || null, { status, headers }) }
  if (text === undefined) return { fault: 'more than 1 MiB, which no token takes' }
  const answer = membersOf(text)
  if (answer === undefined) return { fault: `${mediaTypeOf(response)} that is no JSON object` }
  const { id_token: _unused, error, ...rest } = answer
  if (typeof error === 'string' && error !== '' && rest.access_token === undefined) return { refused: error }
  const fault = isToken ? tokenFault(rest) : undefined
  if (fault !== undefined) return { fault }
  return { response: new Response(JSON.stringify(rest), { status, headers }) }
}

/** @returns undefined where there is more than may be. */
async function boundedText({ body }: Response): Promise<string | undefined> {
  const pieces: Uint8Array[] = []
  let size = 0
  if (body === null) return ''
  // The DOM's types do not know that streams can be iterated, and Node's leave open over what.
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    size += piece.length
    // Leaving the loop ends the download.
    if (size > MAX_ANSWER_BYTES) return undefined
    pieces.push(piece)
  }
  return new TextDecoder().decode(Buffer.concat(pieces))
}

function tokenFault({ access_token: token, token_type: type, expires_in: expires }: Members): string | undefined {
  if (typeof token !== 'string' || token === '') return 'something that is no token: it has no access_token'
  if (!/^[\x21-\x7e]+$/.test(token)) return 'an access_token that no header can carry'
  if (typeof type !== 'string') return 'a token without a token_type'
  if (type.toLowerCase() !== 'bearer') return 'a token_type other than Bearer, which is all that is known here'
  if (expires === undefined || Number(expires) > 0) return undefined
  return 'an expires_in that is no time to live'
}

function membersOf(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
  } catch {
    return undefined
  }
}

function mediaTypeOf(response: Response): string {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim() ?? ''
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'something'
}
