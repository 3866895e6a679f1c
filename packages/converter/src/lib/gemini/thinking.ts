import type { JsonObject } from '../chat/json.ts'
import type { ChatRequest, Effort, Reasoning } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'

/** What each effort is worth to a model that takes only budgets. Tokens; the model's own limits are laid over it. */
const budgets: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_768,
}

/** Weakest first. */
const ladder: readonly Effort[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** The wire's word for "as the model sees fit". */
const dynamicBudget = -1

/** The `thinkingConfig` of a request; undefined leaves the model's default. */
export function encodeThinking(chat: ChatRequest, context: RequestContext): JsonObject | undefined {
  const { reasoning } = chat
  const { capabilities, report } = context
  if (reasoning === undefined) return undefined
  const path = chat.paths.reasoning ?? 'reasoning'
  // Anthropic's clients say apart whether to think and how hard.
  const mode = (reasoning.mode !== undefined && chat.paths.thinking) || path
  const paths = { path, mode, budget: chat.paths.budget ?? mode }
  if (capabilities.thinking === 'none') {
    if (!isOff(reasoning)) report.dropped(path, 'the model does not think')
    if (reasoning.display === 'summarized') report.dropped(chat.paths.display ?? path, 'the model does not think')
    return undefined
  }
  const byLevel = capabilities.thinking === 'adaptive'
  const config: JsonObject = {
    ...(byLevel ? levelOf(reasoning, paths, context) : budgetOf(reasoning, path, context)),
    ...(reasoning.display === 'summarized' && { includeThoughts: true }),
  }
  return Object.keys(config).length === 0 ? undefined : config
}

function isOff({ mode, effort, budget }: Reasoning): boolean {
  return mode === 'disabled' || (mode === undefined && (effort === 'none' || budget === 0))
}

/** Models of generation 3 take a level, and always think a little. */
function levelOf(
  reasoning: Reasoning,
  { path, mode, budget: budgetAt }: { readonly path: string; readonly mode: string; readonly budget: string },
  { report, capabilities }: RequestContext,
): JsonObject {
  const { efforts } = capabilities
  const told = (level: Effort | undefined): JsonObject =>
    level === undefined ? {} : { thinkingLevel: level.toUpperCase() }
  if (isOff(reasoning)) {
    report.approximated(mode, 'the thinking of this model cannot be turned off; it is asked for the least')
    return told(efforts[0])
  }
  const { effort, budget } = reasoning
  if (effort !== undefined && effort !== 'none') {
    const level = nearest(effort, efforts)
    if (budget !== undefined) report.dropped(budgetAt, 'the effort says how much the model is to reason')
    if (level !== effort) report.approximated(path, `effort ${effort} is sent as thinking level ${level ?? 'default'}`)
    return told(level)
  }
  if (budget === undefined) return {}
  const level = nearest(effortOfBudget(budget), efforts)
  report.approximated(budgetAt, `the thinking budget is told as thinking level ${level ?? 'default'}`)
  return told(level)
}

function effortOfBudget(budget: number): Effort {
  if (budget <= 2048) return 'low'
  return budget <= 8192 ? 'medium' : 'high'
}

/** The asked word, else the next weaker one, else the weakest there is. */
function nearest(asked: Effort, efforts: readonly Effort[]): Effort | undefined {
  const most = ladder.indexOf(asked)
  return efforts.findLast((effort) => ladder.indexOf(effort) <= most) ?? efforts[0]
}

/** Models of generation 2.5 take a budget of tokens. */
function budgetOf(reasoning: Reasoning, path: string, { report, capabilities }: RequestContext): JsonObject {
  const [least, most] = capabilities.thinkingBudgets ?? [0, Number.POSITIVE_INFINITY]
  if (isOff(reasoning)) {
    if (capabilities.thinkingOff !== 'never') return { thinkingBudget: 0 }
    report.approximated(path, `the thinking of this model cannot be turned off; it is given ${least} tokens`)
    return { thinkingBudget: least }
  }
  const { budget, effort, mode } = reasoning
  const byEffort = effort === undefined || effort === 'none' ? undefined : budgets[effort]
  const asked = budget ?? byEffort
  if (asked === undefined) return mode === undefined ? {} : { thinkingBudget: dynamicBudget }
  const sent = Math.min(Math.max(asked, least), most)
  if (budget === undefined) report.approximated(path, `thinking is given a budget of ${sent} tokens`)
  else if (sent !== budget) report.approximated(path, `the thinking budget of ${budget} tokens is sent as ${sent}`)
  return { thinkingBudget: sent }
}
