import type { Part } from '../generation.ts'
import { isObject, type Json, type JsonObject, parseJson, text } from '../json.ts'

/** A transparent pixel: what the simulator draws. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

/**
 * The item of a call that the provider ran itself; `status` `in_progress` gives it as a stream opens it.
 *
 * @param sourced the pages of a search are told; default no, as at OpenAI.
 */
export function hostedItem(id: string, part: Part, status: string, sourced = false): JsonObject {
  const name = (part.call?.name ?? '').replace(/_preview.*$|_20\d\d.*$/, '')
  const parsed = parseJson(part.text)
  const input = isObject(parsed) ? parsed : {}
  const done = status !== 'in_progress'
  const query = text(input.query) ?? 'simulated'
  switch (name) {
    case 'web_search':
      return { id, type: 'web_search_call', status, action: searchAction(input, query, sourced && done) }
    case 'file_search':
      return { id, type: 'file_search_call', status, queries: [query], results: null }
    case 'code_interpreter':
      return {
        id,
        type: 'code_interpreter_call',
        status,
        code: done ? codeOf(part) : '',
        container_id: `cntr_${id}`,
        outputs: null,
      }
    case 'image_generation':
      return { id, type: 'image_generation_call', status, result: done ? PIXEL : null }
    case 'mcp':
      return {
        id,
        type: 'mcp_call',
        status,
        name: text(input.name) ?? 'simulated',
        server_label: text(input.server_label) ?? 'simulated',
        arguments: done ? mcpArguments(part) : '',
        output: done ? 'simulated' : null,
        error: null,
        approval_request_id: null,
      }
    default:
      return clientItem(id, name, part, status, input)
  }
}

/** Items of the provider's tools that the client runs. */
function clientItem(id: string, name: string, part: Part, status: string, input: JsonObject): JsonObject {
  const callId = part.call?.id ?? ''
  switch (name) {
    case 'local_shell': {
      const action = { type: 'exec', command: listOf(input.command, 'true'), env: {} }
      return { id, type: 'local_shell_call', status, call_id: callId, action }
    }
    case 'shell': {
      const action = { commands: listOf(input.commands, 'true'), max_output_length: null, timeout_ms: null }
      return { id, type: 'shell_call', status, call_id: callId, action, environment: null }
    }
    case 'apply_patch': {
      const operation = {
        type: 'create_file',
        path: text(input.path) ?? 'simulated.txt',
        diff: text(input.diff) ?? '+',
      }
      return { id, type: 'apply_patch_call', status, call_id: callId, operation }
    }
    case 'tool_search':
      return { id, type: 'tool_search_call', status, call_id: callId, execution: 'client', arguments: input }
    default: {
      const action = { type: 'screenshot' }
      return { id, type: 'computer_call', status, call_id: callId, action, pending_safety_checks: [] }
    }
  }
}

function searchAction(input: JsonObject, query: string, sourced: boolean): JsonObject {
  const url = text(input.url)
  if (url !== undefined) return { type: 'open_page', url }
  const sources = [{ type: 'url', url: 'https://example.com/simulated' }]
  return { type: 'search', query, queries: [query], ...(sourced && { sources }) }
}

/** The code of a call of the interpreter. */
export function codeOf(part: Part): string {
  const input = parseJson(part.text)
  return (isObject(input) && text(input.code)) || part.text
}

/** The arguments of a call of a remote server's tool. */
export function mcpArguments(part: Part): string {
  const input = parseJson(part.text)
  return JSON.stringify(isObject(input) && isObject(input.arguments) ? input.arguments : {})
}

function listOf(value: Json | undefined, otherwise: string): Json {
  return Array.isArray(value) ? value : [otherwise]
}
