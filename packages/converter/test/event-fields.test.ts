import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/index.ts'
import { type Base, expectVerdict, silent, type Verdict } from './event-verdicts.ts'
import { typesOf } from './sdk-replies.ts'

/** Every event the SDKs declare, put into a stream before its end: it makes a difference, is told of, or has a reason to say nothing. */

const known = silent('what it says is known from the event before')
const ofItem = silent('the item it belongs to is told')

const responses: Base = {
  from: 'openai-responses',
  to: 'openai-chat',
  before: [
    { type: 'response.created', response: { id: 'r', model: 'm', created_at: 1 } },
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hi' },
  ],
  after: [{ type: 'response.completed', response: { id: 'r', status: 'completed', output: [] } }],
}

/** Members of each event beside its type, or why it says nothing. */
const responseEvents: Readonly<Record<string, readonly [members: JsonObject, verdict: Verdict]>> = {
  'response.audio.delta': [{ delta: 'AA==' }, 'matters'],
  'response.audio.done': [{}, silent('ends what has been told')],
  'response.audio.transcript.delta': [{ delta: 'Hi' }, 'matters'],
  'response.audio.transcript.done': [{}, silent('ends what has been told')],
  'response.code_interpreter_call_code.delta': [{ delta: 'x' }, ofItem],
  'response.code_interpreter_call_code.done': [{ code: 'x' }, ofItem],
  'response.code_interpreter_call.completed': [{}, ofItem],
  'response.code_interpreter_call.in_progress': [{}, ofItem],
  'response.code_interpreter_call.interpreting': [{}, ofItem],
  'response.compaction.compacting': [{}, ofItem],
  'response.completed': [{ response: { status: 'completed', output: [] } }, silent('is the end')],
  'response.content_part.added': [{ content_index: 0, part: { type: 'output_text', text: 'x' } }, 'matters'],
  'response.content_part.done': [{ content_index: 0, part: { type: 'output_text', text: 'x' } }, 'matters'],
  'response.created': [{ response: { id: 'other' } }, known],
  error: [{ code: 'server_error', message: 'no' }, 'fails'],
  'response.file_search_call.completed': [{}, ofItem],
  'response.file_search_call.in_progress': [{}, ofItem],
  'response.file_search_call.searching': [{}, ofItem],
  'response.function_call_arguments.delta': [{ delta: '{}' }, 'matters'],
  'response.function_call_arguments.done': [{ arguments: '{}' }, 'matters'],
  'response.shell_call_command.added': [{ command: 'x' }, ofItem],
  'response.shell_call_command.delta': [{ delta: 'x' }, ofItem],
  'response.shell_call_command.done': [{ command: 'x' }, ofItem],
  'response.shell_call_output_content.delta': [{ delta: {} }, ofItem],
  'response.shell_call_output_content.done': [{ output: [] }, ofItem],
  'response.in_progress': [{ response: { id: 'other' } }, known],
  'response.failed': [{ response: { status: 'failed', error: { code: 'server_error', message: 'no' } } }, 'fails'],
  'response.incomplete': [
    { response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [] } },
    'matters',
  ],
  'response.output_item.added': [{ item: { type: 'web_search_call', id: 'ws' } }, 'matters'],
  'response.output_item.done': [{ item: { type: 'web_search_call', id: 'ws' } }, 'matters'],
  'response.reasoning_summary_part.added': [{ summary_index: 0, part: { type: 'summary_text', text: 'x' } }, 'matters'],
  'response.reasoning_summary_part.done': [{ summary_index: 0, part: { type: 'summary_text', text: 'x' } }, 'matters'],
  'response.reasoning_summary_text.delta': [{ summary_index: 0, delta: 'x' }, 'matters'],
  'response.reasoning_summary_text.done': [{ summary_index: 0, text: 'x' }, 'matters'],
  'response.reasoning_text.delta': [{ content_index: 0, delta: 'x' }, 'matters'],
  'response.reasoning_text.done': [{ content_index: 0, text: 'x' }, 'matters'],
  'response.refusal.delta': [{ content_index: 0, delta: 'x' }, 'matters'],
  'response.refusal.done': [{ content_index: 0, refusal: 'x' }, 'matters'],
  'response.output_text.delta': [{ content_index: 0, delta: 'x' }, 'matters'],
  'response.output_text.done': [{ content_index: 0, text: 'x' }, 'matters'],
  'response.web_search_call.completed': [{}, ofItem],
  'response.web_search_call.in_progress': [{}, ofItem],
  'response.web_search_call.searching': [{}, ofItem],
  'response.image_generation_call.completed': [{}, ofItem],
  'response.image_generation_call.generating': [{}, ofItem],
  'response.image_generation_call.in_progress': [{}, ofItem],
  'response.image_generation_call.partial_image': [{ partial_image_b64: 'AA==' }, ofItem],
  'response.mcp_call_arguments.delta': [{ delta: '{}' }, ofItem],
  'response.mcp_call_arguments.done': [{ arguments: '{}' }, ofItem],
  'response.mcp_call.completed': [{}, ofItem],
  'response.mcp_call.failed': [{}, ofItem],
  'response.mcp_call.in_progress': [{}, ofItem],
  'response.mcp_list_tools.completed': [{}, ofItem],
  'response.mcp_list_tools.failed': [{}, ofItem],
  'response.mcp_list_tools.in_progress': [{}, ofItem],
  'response.output_text.annotation.added': [
    { content_index: 0, annotation: { type: 'url_citation', url: 'https://a.example' } },
    'matters',
  ],
  'response.queued': [{ response: { id: 'other' } }, known],
  'response.custom_tool_call_input.delta': [{ delta: 'x' }, 'matters'],
  'response.custom_tool_call_input.done': [{ input: 'x' }, 'matters'],
  keepalive: [{}, silent('means nothing')],
  'response.unheard_of': [{}, silent('is of a version newer than this')],
}

describe('events of openai-responses', () => {
  it('every event the SDK declares is probed', () => {
    const declared = typesOf('responses', 'ResponseStreamEvent')
    expect(declared.length).toBeGreaterThan(50)
    expect(declared.filter((type) => !Object.hasOwn(responseEvents, type))).toEqual([])
  })

  it.each(Object.entries(responseEvents))('%s', (type, [members, verdict]) => {
    expectVerdict(responses, { event: { type, output_index: 5, item_id: 'i', ...members }, verdict })
  })
})

function messagesIn(block: JsonObject): Base {
  return {
    from: 'anthropic',
    to: 'openai-chat',
    before: [
      { type: 'message_start', message: { id: 'm', model: 'c', usage: { input_tokens: 1, output_tokens: 0 } } },
      { type: 'content_block_start', index: 0, content_block: block },
    ],
    after: [
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ],
  }
}

const text = { type: 'text', text: 'Hi' }
const citation = { type: 'web_search_result_location', url: 'https://a.example', title: 'A', cited_text: 'x' }

const messageEvents: Readonly<Record<string, readonly [event: JsonObject, verdict: Verdict]>> = {
  message_start: [{ message: { id: 'other' } }, 'fails'],
  message_delta: [{ delta: { stop_reason: 'max_tokens' }, usage: { output_tokens: 99, input_tokens: 98 } }, 'matters'],
  message_stop: [{}, 'fails'],
  content_block_start: [{ index: 1, content_block: { type: 'text', text: 'more' } }, 'matters'],
  content_block_delta: [{ index: 0, delta: { type: 'text_delta', text: 'more' } }, 'matters'],
  content_block_stop: [{ index: 0 }, silent('ends a block that ends anyway')],
  ping: [{}, silent('means nothing')],
  error: [{ error: { type: 'overloaded_error', message: 'busy' } }, 'fails'],
  unheard_of: [{}, silent('is of a version newer than this')],
}

const deltas: Readonly<Record<string, readonly [block: JsonObject, delta: JsonObject, verdict: Verdict]>> = {
  text_delta: [text, { text: 'x' }, 'matters'],
  input_json_delta: [{ type: 'tool_use', id: 't', name: 'f', input: {} }, { partial_json: '{"a":1}' }, 'matters'],
  citations_delta: [text, { citation }, 'matters'],
  thinking_delta: [{ type: 'thinking', thinking: '' }, { thinking: 'x' }, 'matters'],
  signature_delta: [{ type: 'thinking', thinking: 'x' }, { signature: 'x' }, 'matters'],
  compaction_delta: [{ type: 'compaction', content: '' }, { content: 'x' }, silent('the block it belongs to is told')],
  unheard_of: [text, {}, silent('is of a version newer than this')],
}

describe('events of anthropic', () => {
  it('every event and delta the SDK declares is probed', () => {
    for (const [file, prefix] of [
      ['messages', ''],
      ['beta-messages', 'Beta'],
    ] as const) {
      const events = typesOf(file, `${prefix}RawMessageStreamEvent`)
      expect(events.filter((type) => !Object.hasOwn(messageEvents, type))).toEqual([])
      const kinds = typesOf(file, `${prefix}RawContentBlockDelta`)
      expect(kinds.filter((type) => !Object.hasOwn(deltas, type))).toEqual([])
    }
  })

  it.each(Object.entries(messageEvents))('%s', (type, [members, verdict]) => {
    const base = messagesIn(text)
    // Up to here the message has no stop reason, so its end would be a stream cut short.
    expectVerdict(base, { event: { type, ...members }, verdict })
  })

  it.each(Object.entries(deltas))('%s', (type, [block, members, verdict]) => {
    const event = { type: 'content_block_delta', index: 0, delta: { type, ...members } }
    expectVerdict(messagesIn(block), { event, verdict })
  })
})
