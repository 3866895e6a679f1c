import { CredentialError } from './error.ts'

const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._@-]{1,128}$/
const MOST_SEGMENTS = 8

/** @throws CredentialError `INVALID_PATH`, which does not tell the path: a secret put there by mistake must not be printed. */
export function checkPath(path: string): void {
  const segments = path.split('/')
  if (segments.length <= MOST_SEGMENTS && segments.every((segment) => SEGMENT.test(segment))) return
  throw new CredentialError(
    'INVALID_PATH',
    'the path of a stored credential is 1 to 8 segments joined by "/", each of letters, digits and . _ @ - only',
  )
}
