import { OAuthError } from './error.ts'

/**
 * What a person copies from the page a login ends on: `code#state`, the whole address, or its query.
 *
 * @throws OAuthError `LOGIN_INVALID` when it is none of them.
 */
export function readCallbackText(text: string): URLSearchParams {
  const pasted = text.trim()
  const parameters = parametersOf(pasted)
  if (parameters.get('code') === null && parameters.get('error') === null) {
    throw new OAuthError(
      'LOGIN_INVALID',
      'this is no answer to a login: paste the code as the page shows it, code#state',
    )
  }
  if (parameters.get('state') === null) {
    throw new OAuthError(
      'LOGIN_UNKNOWN',
      'the state is missing: paste all that the page shows, the part after the # included',
    )
  }
  return parameters
}

function parametersOf(pasted: string): URLSearchParams {
  if (/^https?:\/\//i.test(pasted) && URL.canParse(pasted)) return new URL(pasted).searchParams
  if (/^[?&]?(code|state|error|iss)=/.test(pasted)) return new URLSearchParams(pasted.replace(/^[?&]/, ''))
  const mark = pasted.indexOf('#')
  const code = mark < 0 ? pasted : pasted.slice(0, mark)
  // Some pages show the code with what followed it in the address.
  const clean = code.split('&', 1)[0] ?? ''
  const parameters = new URLSearchParams()
  if (clean !== '' && !/\s/.test(clean)) parameters.set('code', clean)
  if (mark >= 0 && pasted.length > mark + 1) parameters.set('state', pasted.slice(mark + 1))
  return parameters
}
