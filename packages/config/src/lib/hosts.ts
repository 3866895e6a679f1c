import { BlockList, isIP, isIPv6 } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** An address to listen on without the brackets that URLs write around IPv6. */
export function bareHost(host: string): string {
  return host.trim().replace(/^\[(.*)\]$/, '$1')
}

/** Whether a bind address is reachable from this machine only, however it is written. */
export function isLoopback(host: string): boolean {
  const bare = bareHost(host).toLowerCase()
  if (isIP(bare) === 0) return bare === 'localhost'
  return loopback.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4')
}

/** What keeps a text from being an address to listen on, for people; undefined when nothing does. */
export function hostFault(host: string): string | undefined {
  const bare = bareHost(host)
  if (isIP(bare.replace(/%[\w.-]+$/, '')) !== 0) return undefined
  if (/^(?:[^:]+|\[.*\]):\d+$/.test(bare)) return 'must be an address without a port, which is set apart as the port'
  // What looks like a number with dots is read as one by the system, and as another than was meant.
  if (/^[\d.]+$/.test(bare)) return 'must be a whole IP address or a name of this machine'
  return /^[\p{L}\p{N}._-]+$/u.test(bare) ? undefined : 'must be an IP address or a name of this machine'
}
