/** Each bucket is this much wider than the one before it, so a quantile read from them is right to about 5 %. */
const growth = 1.1
const logGrowth = Math.log(growth)

/** The bucket of a duration in milliseconds; 0 holds all below one millisecond. */
export function bucketOf(ms: number): number {
  return ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / logGrowth)
}

/** The middle of a bucket, in milliseconds. */
export function middleOf(bucket: number): number {
  return bucket === 0 ? 0.5 : growth ** (bucket - 0.5)
}

/** Counts by bucket. */
export type Histogram = ReadonlyMap<number, number>

/**
 * The duration below which a share of all lies, in whole milliseconds; undefined of none.
 *
 * @param share from 0 to 1.
 */
export function quantile(histogram: Histogram, share: number): number | undefined {
  const buckets = [...histogram].sort(([a], [b]) => a - b)
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  if (total === 0) return undefined
  let seen = 0
  for (const [bucket, count] of buckets) {
    seen += count
    if (seen >= share * total) return Math.round(middleOf(bucket))
  }
  return undefined
}
