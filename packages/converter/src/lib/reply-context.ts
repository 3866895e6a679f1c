import type { Ambient } from './ambient.ts'
import { isObject, type JsonObject, type JsonValue, member } from './chat/json.ts'
import type { Report } from './chat/loss.ts'
import type { DeclaredTool, ReplyContext, ReplyReader, ReplyWriter } from './codec.ts'
import { aliasOf } from './tool-names.ts'

export interface ReplyContextOptions {
  readonly upstream: Pick<ReplyReader, 'limits'>
  readonly client: Pick<ReplyWriter, 'limits' | 'declaredTools'>
  /** What the client sent, in its own dialect. */
  readonly request: JsonObject | undefined
  readonly model: string | undefined
  readonly showReasoning: boolean
  readonly report: Report
  readonly ambient: Ambient
}

/** Everything the reply half needs of the request half, derived from what the client sent and from nothing else. */
export function replyContext(options: ReplyContextOptions): ReplyContext {
  const { upstream, client, request = {}, report, ambient } = options
  const idLimit = client.limits.callId
  const originals = new Map<string, string>()
  const customTools = new Set<string>()
  for (const { name, custom } of client.declaredTools?.(request) ?? declaredTools(request)) {
    const alias = aliasOf(name, upstream.limits.toolName, upstream.limits.letterFirst)
    if (alias !== name) originals.set(alias, name)
    if (custom) customTools.add(alias)
  }
  const streamOptions = member(request, 'stream_options')
  return {
    report,
    ...(options.request && { request }),
    ...(options.model !== undefined && { model: options.model }),
    wantsUsage: isObject(streamOptions) && streamOptions.include_usage === true,
    legacyFunctions: member(request, 'functions') !== undefined && member(request, 'tools') === undefined,
    showReasoning: options.showReasoning,
    customTools,
    originalToolName: (alias) => originals.get(alias) ?? alias,
    callId: (id) => aliasOf(id, idLimit),
    newId: () => ambient.newId(),
    now: () => ambient.now(),
  }
}

/** The tools a request of most dialects declares. */
function declaredTools(request: JsonObject): DeclaredTool[] {
  const tools: DeclaredTool[] = []
  const add = (holder: JsonValue | undefined, custom = false): void => {
    const name = isObject(holder) ? member(holder, 'name') : undefined
    if (typeof name === 'string') tools.push({ name, custom })
  }
  for (const tool of listOf(member(request, 'tools'))) {
    if (!isObject(tool)) continue
    if (isObject(tool.custom)) add(tool.custom, true)
    else add(isObject(tool.function) ? tool.function : tool)
  }
  for (const declared of listOf(member(request, 'functions'))) add(declared)
  return tools
}

function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : []
}
