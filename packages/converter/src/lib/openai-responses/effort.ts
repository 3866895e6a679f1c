import type { Effort, Reasoning } from '../chat/request.ts'
import { effortWords } from '../openai-chat/wire.ts'

/** Up to how many thinking tokens an effort word stands for; what is above the last is `xhigh`. */
const effortBudgets: readonly (readonly [effort: Effort, tokens: number])[] = [
  ['low', 2048],
  ['medium', 8192],
  ['high', 24576],
]

/** The effort word that says how much a client wants the model to reason; undefined when it leaves that to the model. */
export function wantedEffort({ mode, effort, budget }: Reasoning): Effort | undefined {
  if (mode === 'disabled') return 'none'
  if (effort !== undefined) return effort
  if (budget === undefined) return undefined
  if (budget === 0) return 'none'
  return effortBudgets.find(([, tokens]) => budget <= tokens)?.[0] ?? 'xhigh'
}

/** The word nearest to the wanted one that the model takes; undefined when it takes none. */
export function nearestEffort(wanted: Effort, efforts: readonly Effort[]): Effort | undefined {
  const distance = (effort: Effort): number => Math.abs(effortWords.indexOf(effort) - effortWords.indexOf(wanted))
  let nearest: Effort | undefined
  for (const effort of efforts) {
    // `none` turns reasoning off, which is never merely near to wanting some.
    if (effort === 'none' && wanted !== 'none') continue
    if (nearest === undefined || distance(effort) < distance(nearest)) nearest = effort
  }
  return nearest
}
