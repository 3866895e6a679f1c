import { UpstreamError } from './error.ts'

/**
 * Text as one segment of a path.
 *
 * @throws UpstreamError when it is empty or would step out of its folder.
 */
export function pathSegment(name: string): string {
  // Percent signs are encoded themselves, so that `%2e%2e`, which URL parsers also read as two dots, arrives as written.
  if (name !== '' && name !== '.' && name !== '..' && name.isWellFormed()) return encodeURIComponent(name)
  throw new UpstreamError('MODEL_INVALID', `${JSON.stringify(name)} cannot be the name of a model or deployment`)
}
