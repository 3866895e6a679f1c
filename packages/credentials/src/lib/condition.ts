import type { StoredSecret } from './store.ts'

/** Whether what stands there is what the condition of a write or removal expects. */
export function meets(current: StoredSecret | undefined, ifVersion: string): boolean {
  if (ifVersion === 'any') return true
  return ifVersion === 'absent' ? current === undefined : current?.version === ifVersion
}
