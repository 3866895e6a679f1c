import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock. */
const ticksPerSecond = 100

/** A process and all that descend from it, as far as the machine tells. */
export function processTree(pid: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const parent = statOf(Number(entry))?.[1]
    if (parent !== undefined) parents.set(Number(entry), Number(parent))
  }
  const found = [pid]
  for (const known of found) for (const [child, parent] of parents) if (parent === known) found.push(child)
  return found
}

/** Resident memory of a process and its descendants, in MB (10^6 bytes). */
export function residentMb(pid: number): number {
  const kilobytes = processTree(pid).map((one) => {
    const status = read(`/proc/${one}/status`)
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status ?? '')?.[1] ?? 0)
  })
  return (kilobytes.reduce((sum, value) => sum + value, 0) * 1024) / 1e6
}

/** Processor time a process and its descendants have used, in seconds. */
export function processorSeconds(pid: number): number {
  const ticks = processTree(pid).map((one) => {
    const stat = statOf(one)
    return stat === undefined ? 0 : Number(stat[11]) + Number(stat[12])
  })
  return ticks.reduce((sum, value) => sum + value, 0) / ticksPerSecond
}

/** The fields of /proc/PID/stat after the command's name: state, parent, ... (proc(5)). */
function statOf(pid: number): readonly string[] | undefined {
  const stat = read(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** Processes end while they are being looked at. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
