import type { JsonObject } from '../chat/json.ts'
import type { ChatRequest, Effort, Reasoning } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'

/** What a request says about thinking, worked out together because each part limits the others. */
export interface ThinkingPlan {
  /** The `thinking` field; absent leaves the model's default. */
  readonly thinking?: JsonObject
  /** `output_config.effort`. */
  readonly effort?: Effort
  /** Thinking is surely on, which forbids sampling parameters and forced tools. */
  readonly on: boolean
}

/** Anthropic's smallest budget, and what each effort is worth to a model that takes only budgets. Tokens. */
const minBudget = 1024
const budgets: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: minBudget,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_000,
  max: 32_000,
}

/** Weakest first. */
const ladder: readonly Effort[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/**
 * @param maxTokens the limit the request will have; a budget must stay below it.
 * @param forced the model must call a tool.
 */
export function planThinking(
  chat: ChatRequest,
  maxTokens: number,
  forced: boolean,
  context: RequestContext,
): ThinkingPlan {
  const { reasoning } = chat
  const { capabilities, report } = context
  if (reasoning === undefined) return { on: false }
  const path = chat.paths.reasoning ?? 'reasoning'
  if (isOff(reasoning)) return turnOff(path, context)
  const effort = effortOf(reasoning, path, context)
  if (reasoning.effort !== undefined && reasoning.budget !== undefined && capabilities.thinking === 'adaptive') {
    report.dropped(chat.paths.budget ?? path, 'the effort says how much the model is to think')
  }
  const kept = effort && { effort }
  if (capabilities.thinking === 'none' || !wantsThinking(reasoning)) {
    if (kept === undefined) report.dropped(path, 'the model has no such control of its reasoning')
    tellHidden(chat, 'the model has no thinking to show', context)
    return { ...kept, on: false }
  }
  const obstacle = obstacleTo(chat, forced, context)
  if (obstacle !== undefined) {
    report.approximated(path, `thinking is turned off for this call: ${obstacle}`)
    tellHidden(chat, 'thinking is turned off for this call', context)
    return { ...wireOff(context), ...kept, on: false }
  }
  const display = reasoning.display && { display: reasoning.display }
  if (capabilities.thinking === 'adaptive') return { thinking: { type: 'adaptive', ...display }, ...kept, on: true }
  const budget = budgetOf(reasoning, maxTokens, path, context)
  if (budget === undefined) {
    tellHidden(chat, 'thinking is turned off for this call', context)
    return { ...kept, on: false }
  }
  return { thinking: { type: 'enabled', budget_tokens: budget, ...display }, ...kept, on: true }
}

/** A wish to see the thinking that there will not be. */
function tellHidden({ reasoning, paths }: ChatRequest, why: string, { report }: RequestContext): void {
  if (reasoning?.display === 'summarized' && paths.display !== undefined) report.dropped(paths.display, why)
}

function isOff({ mode, effort, budget }: Reasoning): boolean {
  return mode === 'disabled' || (mode === undefined && (effort === 'none' || budget === 0))
}

/** Only a wish about the display says nothing about thinking itself. */
function wantsThinking({ mode, effort, budget }: Reasoning): boolean {
  return mode !== undefined || effort !== undefined || budget !== undefined
}

function turnOff(path: string, context: RequestContext): ThinkingPlan {
  const { capabilities, report } = context
  if (capabilities.thinking === 'none') return { on: false }
  if (capabilities.thinkingOff === 'never') {
    const effort = capabilities.efforts[0]
    report.approximated(path, 'the thinking of this model cannot be turned off; it is asked for the least effort')
    return { ...(effort && { effort }), on: false }
  }
  if (capabilities.thinkingOff === 'between_tools') {
    report.approximated(path, 'the model still thinks between tool calls')
  }
  return { ...wireOff(context), on: false }
}

function wireOff({ capabilities }: RequestContext): { thinking?: JsonObject } {
  if (capabilities.thinkingOff === 'never' || capabilities.thinking === 'none') return {}
  return { thinking: { type: capabilities.thinkingOff ?? 'disabled' } }
}

/** The effort word the model takes; undefined when it takes none or nothing was said. */
function effortOf(reasoning: Reasoning, path: string, context: RequestContext): Effort | undefined {
  const { efforts, thinking } = context.capabilities
  const budget = thinking === 'adaptive' ? reasoning.budget : undefined
  const asked = reasoning.effort ?? (budget === undefined ? undefined : effortOfBudget(budget))
  if (asked === undefined || asked === 'none' || efforts.length === 0) return undefined
  const legal = nearest(asked, efforts)
  if (reasoning.effort === undefined)
    context.report.approximated(path, `the thinking budget is told as effort ${legal}`)
  else if (legal !== asked) context.report.approximated(path, `effort ${asked} is sent as ${legal}`)
  return legal
}

function effortOfBudget(budget: number): Effort {
  if (budget <= 2048) return 'low'
  if (budget <= 8192) return 'medium'
  return budget <= 24_576 ? 'high' : 'xhigh'
}

/** The asked word, else the next weaker one, else the weakest there is. */
function nearest(asked: Effort, efforts: readonly Effort[]): Effort | undefined {
  const most = ladder.indexOf(asked)
  return efforts.findLast((effort) => ladder.indexOf(effort) <= most) ?? efforts[0]
}

/** Why Anthropic would refuse this call with thinking on. */
function obstacleTo(chat: ChatRequest, forced: boolean, context: RequestContext): string | undefined {
  if (forced) return 'it does not go with a forced tool call'
  if (context.capabilities.thinking !== 'budget') return undefined
  const last = chat.turns.findLast((turn) => turn.role === 'assistant')
  if (last === undefined) return undefined
  if (last === chat.turns.at(-1)) return 'it does not go with an assistant message to be continued'
  const calls = last.parts.some((part) => part.type === 'tool-call')
  const sealed = last.parts.some((part) => part.type === 'reasoning' && part.seal?.issuer === 'anthropic')
  return calls && !sealed ? 'the tool calls before it came without signed thinking' : undefined
}

/** A budget the limit leaves room for; undefined when there is none. */
function budgetOf(reasoning: Reasoning, maxTokens: number, path: string, context: RequestContext): number | undefined {
  const { report } = context
  const { budget, effort } = reasoning
  // A budget the client chose may take all but one token; one we choose leaves a quarter for the answer.
  const room = budget === undefined ? Math.floor((maxTokens * 3) / 4) : maxTokens - 1
  if (room < minBudget) {
    report.approximated(path, `an output limit of ${maxTokens} tokens leaves no room for thinking, which is turned off`)
    return undefined
  }
  const asked = budget ?? budgets[effort === undefined || effort === 'none' ? 'medium' : effort]
  const sent = Math.min(Math.max(asked, minBudget), room)
  if (budget === undefined) report.approximated(path, `thinking is given a budget of ${sent} tokens`)
  else if (sent !== budget) report.approximated(path, `the thinking budget of ${budget} tokens is sent as ${sent}`)
  return sent
}
