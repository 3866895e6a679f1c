import { randomBytes } from 'node:crypto'

/** Request ids: `req_`, the start's own prefix and a count, so that they cost nothing and are found in the order they came. */
export function requestIds(): () => string {
  const random = randomBytes(32).toString('base64url')
  const prefix = `req_${random.replace(/[^A-Za-z0-9]/g, '').slice(0, 12)}`
  let count = 0
  return () => `${prefix}${(count++).toString(36).padStart(6, '0')}`
}
