import { expect, test } from 'vitest'
import { lacksReasoning } from './lacks-reasoning.ts'

test.each([
  'Missing `reasoning_content` field in the assistant message at message index 2. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls',
  '{"error":{"message":"The `reasoning_content` in the thinking mode must be passed back to the API.","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}',
  '{"error":{"message":"The `content[].thinking` in the thinking mode must be passed back to the API.","type":"invalid_request_error"}}',
  '{"error":{"message":"thinking is enabled but reasoning_content is missing in assistant tool call message at index 19","type":"invalid_request_error"}}',
  '{"error":{"code":"400","message":"Param Incorrect","param":"The reasoning_content in the thinking mode must be passed back to the API.","type":""}}',
])('%s', (body) => {
  expect(lacksReasoning(400, body)).toBe(true)
  expect(lacksReasoning(500, body)).toBe(false)
})

test.each([
  '{"error":{"message":"property \'messages.1.reasoning_content\' is unsupported"}}',
  '{"error":{"message":"Missing required parameter: \'messages[1].content\'"}}',
  '{"error":{"message":"reasoning_content must be a string"}}',
  '',
])('another refusal: %s', (body) => {
  expect(lacksReasoning(400, body)).toBe(false)
})
