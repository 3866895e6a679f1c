import type { LedgerConfig } from '@llm-gateway/config'
import { LedgerError, type LedgerReader, openSqliteLedger, type UsageFilter } from '@llm-gateway/ledger'
import { findServer, ledgerFile } from '@llm-gateway/server'
import { CliError } from '../command-line/error.ts'
import { AdminClient } from '../running/admin-client.ts'
import type { Output } from '../terminal/output.ts'

/** The ledger of a home directory, and who tells of it. */
export interface LedgerSource {
  readonly reader: LedgerReader
  /** `server`: the running one, with what it has not written yet. `file`: its file, for no server runs. `none`: there is no ledger yet. */
  readonly from: 'server' | 'file' | 'none'
}

/** Opens the ledger through the server where one runs, else its file, which is only read. */
export async function openLedger(
  home: string,
  config: LedgerConfig,
  output: Pick<Output, 'note'>,
): Promise<LedgerSource> {
  if (!config.enabled) {
    throw new CliError('FAILED', 'the ledger is switched off', {
      hint: 'set ledger.enabled to true in the configuration',
    })
  }
  const found = await findServer(home)
  if (found?.life === 'listening') return { reader: new RemoteLedger(new AdminClient(found.runtime)), from: 'server' }
  try {
    return { reader: openSqliteLedger(ledgerFile(home, config)), from: 'file' }
  } catch (cause) {
    if (!LedgerError.is(cause) || cause.code !== 'NOT_FOUND') throw cause
    output.note('Nothing was counted yet: no server has written a ledger.')
    return { reader: new NoLedger(), from: 'none' }
  }
}

/** Says on standard error where the figures come from. */
export function tellSource({ from }: LedgerSource, output: Output): void {
  if (from === 'file') output.note('No server runs: read from its ledger file.')
}

/** A ledger asked over the admin API. */
class RemoteLedger implements LedgerReader {
  readonly #client: AdminClient

  constructor(client: AdminClient) {
    this.#client = client
  }

  usage(query: Parameters<LedgerReader['usage']>[0]): ReturnType<LedgerReader['usage']> {
    const { by, ...filter } = query
    return this.#client.get(`/admin/api/usage?${search(filter, { by })}`)
  }

  requests(query: Parameters<LedgerReader['requests']>[0]): ReturnType<LedgerReader['requests']> {
    const { limit, failed, ...filter } = query
    return this.#client.get(`/admin/api/requests?${search(filter, { limit, failed })}`)
  }

  request(id: string): ReturnType<LedgerReader['request']> {
    return this.#client.find(`/admin/api/requests/${encodeURIComponent(id)}`)
  }

  lastErrors(): ReturnType<LedgerReader['lastErrors']> {
    return this.#client.get('/admin/api/errors')
  }

  async close(): Promise<void> {}
}

function search(filter: UsageFilter, more: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...filter, ...more })) {
    if (value !== undefined) params.set(name, String(value))
  }
  return params.toString()
}

const zero = {
  requests: 0,
  successes: 0,
  errors: 0,
  clientLeft: 0,
  interrupted: 0,
  attempts: 0,
  failedAttempts: 0,
  throttledAttempts: 0,
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  estimatedAttempts: 0,
  costNanoUsd: 0,
  unpricedAttempts: 0,
  bytesIn: 0,
  bytesOut: 0,
}

/** A ledger before its first row. */
class NoLedger implements LedgerReader {
  async usage(query: Parameters<LedgerReader['usage']>[0]): ReturnType<LedgerReader['usage']> {
    const { since, until = Date.now(), by } = query
    return { until, total: zero, ...(since !== undefined && { since }), ...(by && { groups: [] }) }
  }

  async requests(): ReturnType<LedgerReader['requests']> {
    return []
  }

  async request(): ReturnType<LedgerReader['request']> {
    return undefined
  }

  async lastErrors(): ReturnType<LedgerReader['lastErrors']> {
    return []
  }

  async close(): Promise<void> {}
}
