import { type Spent, startOfDay, startOfMonth } from '@llm-gateway/access'
import type { KeyConfig, LedgerConfig } from '@llm-gateway/config'
import type { Output } from '../terminal/output.ts'
import { openLedger } from '../usage/ledger-source.ts'

/** What a key with a budget has spent of it in this day and month of UTC; undefined where there is no budget, or nobody knows. */
export async function spentOf(
  { id, budget }: KeyConfig,
  home: string,
  config: LedgerConfig,
  { now, output }: { readonly now: number; readonly output: Output },
): Promise<Spent | undefined> {
  if (budget === undefined || !config.enabled) return undefined
  try {
    const { reader } = await openLedger(home, config, { note: () => {} })
    try {
      const [day, month] = await Promise.all(
        [startOfDay(now), startOfMonth(now)].map((since) => reader.usage({ key: id, since })),
      )
      return { dayNanoUsd: day?.total.costNanoUsd ?? 0, monthNanoUsd: month?.total.costNanoUsd ?? 0 }
    } finally {
      await reader.close()
    }
  } catch (cause) {
    output.warn(`the ledger could not be read: ${cause instanceof Error ? cause.message : String(cause)}`)
    return undefined
  }
}
