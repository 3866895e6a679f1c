import { describe, expect, it } from 'vitest'
import { convertRequest } from '../src/index.ts'
import { claudeCode, clients, codex, geminiCli, opencode, type Sent, vercel } from './clients.ts'

/** What real clients send, towards every other dialect, with every loss. */

const models = {
  anthropic: 'claude-opus-4-8',
  'openai-chat': 'gpt-5.6-sol',
  'openai-responses': 'gpt-5.6-sol',
  gemini: 'gemini-3-pro',
} as const

type Target = keyof typeof models
const targets = Object.keys(models) as Target[]

const cases = clients.flatMap((each) => targets.filter((to) => to !== each.from).map((to) => ({ ...each, to })))

function convert({ from, request }: Sent, to: Target): ReturnType<typeof convertRequest> {
  return convertRequest(JSON.stringify(request), { from, to, model: models[to] })
}

describe('what real clients send', () => {
  it.each(cases)('$client to $to', async ({ client, to, ...sent }) => {
    const { body, losses } = convert({ client, ...sent }, to)
    const told = losses.map(({ path, kind, detail }) => `${kind} ${path}: ${detail}`)
    const page = `${JSON.stringify(body, undefined, 1)}\n\n${told.join('\n')}\n`
    await expect(page).toMatchFileSnapshot(
      `__snapshots__/clients/${client.toLowerCase().replaceAll(' ', '-')}.${to}.txt`,
    )
  })

  it('Claude Code: results answer their calls, and its dialect’s own keys go nowhere', () => {
    for (const to of targets.filter((each) => each !== 'anthropic')) {
      const { body, losses } = convert(claudeCode, to)
      const text = JSON.stringify(body)
      expect(text).not.toMatch(/cache_control|defer_loading|context_management|caller|"EqoB"/)
      expect(text).toContain('https://json-schema.org/draft/2020-12/schema')
      expect(losses.map(({ path }) => path)).toContain('tools[1].defer_loading')
    }
    const { body } = convert(claudeCode, 'openai-chat')
    const user = body.safety_identifier
    expect(typeof user === 'string' && user.length <= 64).toBe(true)
  })

  it('Codex: hosted tools but a search are left out and told, unless strict', () => {
    for (const to of targets.filter((each) => each !== 'openai-responses')) {
      const { body, losses } = convert(codex, to)
      expect(JSON.stringify(body)).toContain('shell__exec')
      expect(JSON.stringify(body)).not.toMatch(/tool_search|gAAAA|fco_1/)
      const searches = to === 'anthropic'
      expect(JSON.stringify(body).includes('web_search')).toBe(searches)
      const told = losses.map(({ path }) => path)
      expect(told).toContain('tools[2]')
      expect(told.includes('tools[3]')).toBe(!searches)
      expect(() => convertRequest(codex.request, { from: codex.from, to, model: models[to], strict: true })).toThrow(
        /tools\[[23]\]/,
      )
    }
  })

  it('Gemini CLI: the documented placeholder is no seal, and the result answers its call', () => {
    const { body, losses } = convert(geminiCli, 'openai-chat')
    expect(losses.map(({ path }) => path)).not.toContain('contents[1].parts[0].thoughtSignature')
    const [, , call, result] = body.messages as { tool_calls?: { id: string }[]; tool_call_id?: string }[]
    expect(result?.tool_call_id).toBe(call?.tool_calls?.[0]?.id)
  })

  it('opencode: a level in lower case is a level', () => {
    expect(convert(opencode, 'openai-chat').body.reasoning_effort).toBe('high')
  })

  it('Vercel AI SDK: the wrapping of a result is taken off', () => {
    const [, , result] = convert(vercel, 'openai-chat').body.messages as { content: string }[]
    expect(result?.content).toBe('{"sum":12}')
  })
})
