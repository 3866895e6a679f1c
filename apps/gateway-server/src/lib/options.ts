import type { KeychainPort } from '@llm-gateway/credentials'
import type { PulseOptions } from '@llm-gateway/gateway'

/** What a server is started with, beside its configuration file. */
export interface ServerOptions {
  readonly home: string
  readonly configFile: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where a master key `keychain:NAME` is kept. Default: the keychain of the operating system. */
  readonly keychain?: KeychainPort
  /** Instead of the file's; 0 for any free port. */
  readonly port?: number
  readonly host?: string
  /** When a silent stream gets a sign of life, and when a client that does not read is given up. Default: the gateway's. */
  readonly pulse?: Partial<PulseOptions>
  /** Certificates (PEM) that upstreams are trusted by, in place of Node's own. */
  readonly upstreamCa?: string
}
