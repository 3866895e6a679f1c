import type { UsageTotals } from '@llm-gateway/ledger'
import type { Column } from '../terminal/table.ts'
import { latency, relativeTime } from '../terminal/time.ts'

/** `950`, `12.3k`, `4.56M`. */
export function amount(count: number): string {
  if (count < 10_000) return String(count)
  if (count < 999_950) return `${(count / 1_000).toFixed(1)}k`
  return count < 999_995_000 ? `${(count / 1_000_000).toFixed(2)}M` : `${(count / 1_000_000_000).toFixed(2)}G`
}

/** `1 request`, `12.3k requests`. */
export function counted(count: number, thing: string): string {
  return `${amount(count)} ${thing}${count === 1 ? '' : 's'}`
}

/** `$12.34`, and with more digits where there is less: `$0.0042`. */
export function dollars(nanoUsd: number): string {
  const usd = nanoUsd / 1e9
  if (usd === 0 || usd >= 1) return `$${usd.toFixed(2)}`
  return usd < 0.000_001 ? '<$0.000001' : `$${usd.toFixed(usd >= 0.01 ? 4 : 6)}`
}

/** What was spent, or that it is not known: a model without a price is never free. */
export function costText({
  costNanoUsd,
  unpricedAttempts,
}: Pick<UsageTotals, 'costNanoUsd' | 'unpricedAttempts'>): string {
  if (unpricedAttempts === 0) return dollars(costNanoUsd)
  return costNanoUsd === 0 ? 'unknown' : `${dollars(costNanoUsd)} + unknown`
}

/** `99.2%`; a share of nothing is no share. */
export function successText({ successRate }: Pick<UsageTotals, 'successRate'>): string | undefined {
  return successRate === undefined ? undefined : shareText(successRate)
}

function shareText(share: number): string {
  // 99.97 % is not all.
  return `${share === 1 ? '100' : (Math.floor(share * 1_000) / 10).toFixed(1)}%`
}

type Attempts = Pick<UsageTotals, 'attempts' | 'failedAttempts' | 'throttledAttempts'>

/**
 * Of an account's attempts, the share that neither failed nor was throttled. Its requests say less: what failed here and was served
 * elsewhere is the other account's request.
 */
export function attemptSuccessText({ attempts, failedAttempts, throttledAttempts }: Attempts): string | undefined {
  return attempts === 0 ? undefined : shareText((attempts - failedAttempts - throttledAttempts) / attempts)
}

function badAttempts({ failedAttempts, throttledAttempts }: Attempts): readonly string[] {
  return [
    failedAttempts > 0 && `${amount(failedAttempts)} failed`,
    throttledAttempts > 0 && `${amount(throttledAttempts)} throttled`,
  ].filter((each) => each !== false)
}

type Latencies = UsageTotals['latencyMs']

function p50(latencies: Latencies): string | undefined {
  return latencies && latency(latencies.p50)
}

function p95(latencies: Latencies): string | undefined {
  return latencies && latency(latencies.p95)
}

function spreadText(latencies: Latencies): string | undefined {
  return latencies && `p50 ${latency(latencies.p50)}, p95 ${latency(latencies.p95)}`
}

/** One figure a line. */
export function usageFields(totals: UsageTotals, now: number): readonly (readonly [string, string | undefined])[] {
  const { requests, errors, clientLeft, interrupted, attempts } = totals
  const bad = [
    errors > 0 && `${amount(errors)} failed`,
    clientLeft > 0 && `${amount(clientLeft)} left by their client`,
    interrupted > 0 && `${amount(interrupted)} interrupted`,
  ].filter((each) => each !== false)
  return [
    ['Requests', withParts(amount(requests), bad)],
    ['Success', successText(totals)],
    ['Attempts', attempts === 0 ? undefined : withParts(amount(attempts), badAttempts(totals))],
    ['Latency', spreadText(totals.latencyMs)],
    ['First token', spreadText(totals.firstTokenMs)],
    [
      'Input tokens',
      tokensText(totals.inputTokens, { cached: totals.cacheReadTokens, 'cache written': totals.cacheWriteTokens }),
    ],
    ['Output tokens', tokensText(totals.outputTokens, { reasoning: totals.reasoningTokens })],
    [
      'Estimated',
      totals.estimatedAttempts === 0
        ? undefined
        : `${counted(totals.estimatedAttempts, 'attempt')}, whose provider did not tell all`,
    ],
    ['Cost', costText(totals)],
    ['Last request', totals.lastAt === undefined ? undefined : relativeTime(totals.lastAt, now)],
  ]
}

function tokensText(all: number, parts: Readonly<Record<string, number>>): string {
  const named = Object.entries(parts).flatMap(([name, count]) => (count > 0 ? [`${amount(count)} ${name}`] : []))
  return withParts(amount(all), named)
}

function withParts(whole: string, parts: readonly string[]): string {
  return parts.length === 0 ? whole : `${whole} (${parts.join(', ')})`
}

/** A line of a report. */
export interface UsageLine extends UsageTotals {
  readonly group: string
  /** What people call the group. */
  readonly name?: string
}

/** The columns of a report; one of accounts tells their attempts too. */
export function usageColumns(title: string, now: number): readonly Column<UsageLine>[] {
  const attempts: readonly Column<UsageLine>[] = [
    { title: 'ATTEMPTS', value: (line) => amount(line.attempts), align: 'right' },
    { title: 'FAILED', value: ({ failedAttempts }) => some(failedAttempts), align: 'right' },
    { title: 'THROTTLED', value: ({ throttledAttempts }) => some(throttledAttempts), align: 'right' },
  ]
  return [
    { title, value: ({ group }) => (group === '' ? '(none)' : group) },
    { title: 'NAME', value: ({ name }) => name },
    { title: 'REQUESTS', value: ({ requests }) => amount(requests), align: 'right' },
    {
      title: 'SUCCESS',
      value: successText,
      align: 'right',
      paint: ({ successRate = 1 }, cell, style) => (successRate < 0.9 ? style('red', cell) : cell),
    },
    ...(title === 'ACCOUNT' ? attempts : []),
    { title: 'P50', value: ({ latencyMs }) => p50(latencyMs), align: 'right' },
    { title: 'P95', value: ({ latencyMs }) => p95(latencyMs), align: 'right' },
    { title: 'FIRST P50', value: ({ firstTokenMs }) => p50(firstTokenMs), align: 'right' },
    { title: 'FIRST P95', value: ({ firstTokenMs }) => p95(firstTokenMs), align: 'right' },
    { title: 'INPUT', value: ({ inputTokens }) => amount(inputTokens), align: 'right' },
    {
      title: 'CACHED',
      value: ({ cacheReadTokens }) => some(cacheReadTokens),
      align: 'right',
    },
    { title: 'OUTPUT', value: ({ outputTokens }) => amount(outputTokens), align: 'right' },
    {
      title: 'REASONING',
      value: ({ reasoningTokens }) => some(reasoningTokens),
      align: 'right',
    },
    { title: 'COST', value: costText, align: 'right' },
    { title: 'LAST', value: ({ lastAt }) => (lastAt === undefined ? undefined : relativeTime(lastAt, now)) },
  ]
}

function some(count: number): string | undefined {
  return count > 0 ? amount(count) : undefined
}

/** `1.2k requests, 99.2% ok, p50 0.8 s, p95 2.1 s, 1.2M tokens, cost $1.23` */
export function usageLine(totals: UsageTotals): string {
  return lineOf(totals, counted(totals.requests, 'request'), successText(totals))
}

/** The same of one account: `1.2k attempts (3 failed, 1 throttled), 99.6% ok, …` */
export function accountUsageLine(totals: UsageTotals): string {
  return lineOf(totals, withParts(counted(totals.attempts, 'attempt'), badAttempts(totals)), attemptSuccessText(totals))
}

function lineOf(totals: UsageTotals, count: string, success: string | undefined): string {
  return [
    count,
    success && `${success} ok`,
    spreadText(totals.latencyMs),
    `${amount(totals.inputTokens + totals.outputTokens)} tokens`,
    `cost ${costText(totals)}`,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(', ')
}
