export {
  type Ledger,
  LedgerError,
  type LedgerErrorCode,
  type LedgerReader,
  type LedgerStatus,
} from './lib/ledger.ts'
export type { ModelPrice, TokenPrice } from './lib/prices/price.ts'
export { type Cost, PriceBook, type PricedCall, type PriceOverride } from './lib/prices/price-book.ts'
export type {
  AttemptEntry,
  GroupBy,
  LastError,
  RequestDetail,
  RequestEntry,
  RequestsQuery,
  UsageFilter,
  UsageGroup,
  UsageQuery,
  UsageReport,
  UsageTotals,
} from './lib/query.ts'
export type {
  AttemptOutcome,
  AttemptRow,
  DispatchRow,
  RequestOutcome,
  RequestRow,
  TokenUsage,
} from './lib/row.ts'
export { openSqliteLedger, SqliteLedger, type SqliteLedgerOptions } from './lib/sqlite/sqlite-ledger.ts'
