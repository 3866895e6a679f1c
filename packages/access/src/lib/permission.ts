/**
 * What a gateway key may do: `read` the listings (models, status), `write` model calls, `admin` everything.
 * `write` does not include `read`; keys are made with both unless asked otherwise.
 */
export type Permission = 'read' | 'write' | 'admin'

/** Whether someone with these permissions may do what needs this one. */
export function allows(permissions: readonly Permission[], needed: Permission): boolean {
  return permissions.includes(needed) || permissions.includes('admin')
}
