import { expect, test } from 'vitest'
import { Sandbox } from './kit.ts'

const request = {
  model: 'gpt-4o',
  seed: 7,
  max_completion_tokens: 20,
  messages: [{ role: 'user', content: 'Hello!' }],
}

test('convert prints the upstream body, and each loss with its path and reason on stderr', async () => {
  const sandbox = new Sandbox()
  sandbox.write('request.json', JSON.stringify(request))
  const ran = await sandbox.run('convert', 'request.json', '--to=anthropic', '--model=claude-sonnet-4-5')
  expect(ran.code).toBe(0)
  expect(JSON.parse(ran.stdout)).toMatchObject({ model: 'claude-sonnet-4-5', max_tokens: 20 })
  expect(ran.stderr).toMatch(/dropped +seed: /)
  const json = (await sandbox.run('convert', 'request.json', '--to=anthropic', '--json')).json()
  expect(json).toMatchObject({ from: 'openai-chat', to: 'anthropic', losses: [{ path: 'seed', kind: 'dropped' }] })
})

test('convert --strict refuses a loss and prints no body', async () => {
  const sandbox = new Sandbox()
  const ran = await sandbox.runWith(
    { stdin: JSON.stringify(request) },
    'convert',
    '-',
    '--from=openai-chat',
    '--to=anthropic',
    '--strict',
  )
  expect([ran.code, ran.stdout, ran.stderr]).toEqual([4, '', expect.stringContaining('seed')])
})

test('convert within one dialect keeps every byte but the model', async () => {
  const sandbox = new Sandbox()
  const text = '{ "messages":[ ],  "model": "a" , "beta": 1e2 }\n'
  const same = ['--from=anthropic', '--to=anthropic']
  expect((await sandbox.runWith({ stdin: text }, 'convert', '-', ...same)).stdout).toBe(text)
  const renamed = await sandbox.runWith({ stdin: text }, 'convert', '-', ...same, '--model=b')
  expect(renamed.stdout).toBe(text.replace('"a"', '"b"'))
})

test('convert --provider writes for that provider', async () => {
  const stdin = JSON.stringify({ model: 'gpt-5', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] })
  const convert = ['convert', '-', '--from=anthropic', '--to=openai-chat']
  const plain = await new Sandbox().runWith({ stdin }, ...convert)
  const local = await new Sandbox().runWith({ stdin }, ...convert, '--provider=openai-compatible')
  expect(JSON.parse(plain.stdout)).toHaveProperty('max_completion_tokens', 5)
  expect(JSON.parse(local.stdout)).toHaveProperty('max_tokens', 5)
})

const reply = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [{ type: 'text', text: 'Hi' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
}

test('convert --reply converts a whole reply', async () => {
  const stdin = JSON.stringify(reply)
  const ran = await new Sandbox().runWith({ stdin }, 'convert', '-', '--reply', '--from=anthropic', '--to=openai-chat')
  expect(ran.code).toBe(0)
  // The reply has no time of its own, so it takes ours.
  expect(JSON.parse(ran.stdout)).toMatchObject({ created: 1_795_464_000, choices: [{ message: { content: 'Hi' } }] })
})

test('convert --stream fails on a stream that is cut short', async () => {
  const begin = `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message: { ...reply, content: [], stop_reason: null } })}\n\n`
  const end = `event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`
  const convert = ['convert', '-', '--stream', '--from=anthropic', '--to=openai-chat']
  const whole = await new Sandbox().runWith({ stdin: begin + end }, ...convert)
  expect([whole.code, whole.stdout]).toEqual([0, expect.stringContaining('"finish_reason":"stop"')])
  const cut = await new Sandbox().runWith({ stdin: begin }, ...convert)
  expect(cut.code).toBe(1)
  expect(cut.stdout).not.toContain('"finish_reason":"stop"')
})

test.each([
  [2, ['convert']],
  [2, ['convert', '-']],
  [2, ['convert', '-', '--to=klingon']],
  [2, ['convert', '-', '--to=anthropic', '--reply', '--stream']],
  [2, ['convert', '-', '--to=anthropic', '--reply']],
  [2, ['convert', '-', '--to=anthropic', '--from=openai-chat', '--request=x']],
  [2, ['convert', '-', '--to=anthropic', '--from=openai-chat', '--provider=nobody']],
  [3, ['convert', 'missing.json', '--to=anthropic']],
])('exit code %i for %j', async (code, argv) => {
  const ran = await new Sandbox().runWith({ stdin: JSON.stringify(request) }, ...argv)
  expect([ran.code, ran.stdout]).toEqual([code, ''])
})

test('a file that is no request is told, not thrown', async () => {
  const broken = await new Sandbox().runWith({ stdin: '{' }, 'convert', '-', '--to=anthropic')
  expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('not valid JSON')])
  const shapeless = await new Sandbox().runWith({ stdin: '{"a":1}' }, 'convert', '-', '--to=anthropic')
  expect([shapeless.code, shapeless.stderr]).toEqual([2, expect.stringContaining('--from')])
})

test('convert --error gives the error in the other envelope, whatever came', async () => {
  const convert = ['convert', '-', '--from=anthropic', '--to=openai-chat']
  const overloaded = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
  const ran = await new Sandbox().runWith({ stdin: overloaded }, ...convert, '--error=529')
  expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/^status \d{3}/)])
  expect(JSON.parse(ran.stdout)).toMatchObject({ error: { message: 'Overloaded' } })
  const page = await new Sandbox().runWith({ stdin: '<html>Bad gateway</html>' }, ...convert, '--error=502', '--json')
  expect(page.json()).toMatchObject({ from: 'anthropic', status: 502, body: { error: { type: 'server_error' } } })
  const same = ['convert', '-', '--from=anthropic', '--to=anthropic', '--error=502']
  expect((await new Sandbox().runWith({ stdin: '<html>' }, ...same)).stdout).toBe('<html>')
})

test.each([
  [['--error=200'], /--error takes an HTTP status/],
  [['--error=abc'], /--error takes an HTTP status/],
  [['--error=500', '--reply'], /only one of/],
  [['--error=500', '--request=a.json'], /--request goes with/],
])('convert refuses %j', async (flags, message) => {
  const ran = await new Sandbox().runWith({ stdin: '{}' }, 'convert', '-', '--from=anthropic', '--to=gemini', ...flags)
  expect([ran.code, ran.stdout, ran.stderr]).toEqual([2, '', expect.stringMatching(message)])
})

test('a folder is no file to convert', async () => {
  const sandbox = new Sandbox()
  const ran = await sandbox.run('convert', '.', '--to=anthropic')
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('is a folder')])
})
