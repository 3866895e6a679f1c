import { describe, expect, it } from 'vitest'
import { convertRequest, type Dialect, type JsonObject } from '../src/index.ts'

const place = { city: 'Berlin', country: 'DE', timezone: 'Europe/Berlin' }

/** A request of each dialect that asks for a search, with what it can say of it. */
const asking: Readonly<Record<Exclude<Dialect, 'openai-completions'>, JsonObject>> = {
  anthropic: {
    max_tokens: 100,
    messages: [{ role: 'user', content: 'news?' }],
    tools: [
      {
        type: 'web_search_20260209',
        name: 'web_search',
        max_uses: 3,
        allowed_domains: ['example.com'],
        user_location: { type: 'approximate', ...place },
      },
    ],
  },
  'openai-responses': {
    input: 'news?',
    tools: [
      {
        type: 'web_search',
        filters: { allowed_domains: ['example.com'] },
        search_context_size: 'high',
        user_location: { type: 'approximate', ...place },
      },
    ],
  },
  'openai-chat': {
    messages: [{ role: 'user', content: 'news?' }],
    web_search_options: { search_context_size: 'low', user_location: { type: 'approximate', approximate: place } },
  },
  gemini: {
    contents: [{ role: 'user', parts: [{ text: 'news?' }] }],
    tools: [{ googleSearch: { excludeDomains: ['example.org'] } }],
  },
}

const models: Readonly<Record<Dialect, string>> = {
  anthropic: 'claude-sonnet-4-5',
  'openai-responses': 'gpt-5.2',
  'openai-chat': 'gpt-4o-search-preview',
  gemini: 'gemini-2.5-flash',
  'openai-completions': 'gpt-3.5-turbo-instruct',
}

const why = 'the search of this provider has no such setting'

function convert(from: keyof typeof asking, to: Dialect, more: JsonObject = {}, model = models[to]) {
  const { body, losses } = convertRequest({ model, ...asking[from], ...more }, { from, to, model })
  return { body, losses: losses.filter(({ path }) => path !== 'max_tokens') }
}

describe('hazard 31: a search of the web that the provider runs', () => {
  it('goes to Anthropic', () => {
    const tool = { type: 'web_search_20250305', name: 'web_search' }
    const location = { type: 'approximate', ...place }
    const responses = convert('openai-responses', 'anthropic')
    expect(responses.body.tools).toEqual([{ ...tool, allowed_domains: ['example.com'], user_location: location }])
    expect(responses.losses).toEqual([{ path: 'tools[0].search_context_size', kind: 'dropped', detail: why }])
    const chat = convert('openai-chat', 'anthropic')
    expect(chat.body.tools).toEqual([{ ...tool, user_location: location }])
    expect(chat.losses).toEqual([{ path: 'web_search_options.search_context_size', kind: 'dropped', detail: why }])
    const gemini = convert('gemini', 'anthropic')
    expect(gemini.body.tools).toEqual([{ ...tool, blocked_domains: ['example.org'] }])
    expect(gemini.losses).toEqual([])
  })

  it('goes to Responses', () => {
    const location = { type: 'approximate', ...place }
    const anthropic = convert('anthropic', 'openai-responses')
    expect(anthropic.body).toMatchObject({
      tools: [{ type: 'web_search', filters: { allowed_domains: ['example.com'] }, user_location: location }],
      max_tool_calls: 3,
    })
    expect(anthropic.losses).toEqual([])
    const chat = convert('openai-chat', 'openai-responses')
    expect(chat.body.tools).toEqual([{ type: 'web_search', search_context_size: 'low', user_location: location }])
    expect(chat.losses).toEqual([])
    const gemini = convert('gemini', 'openai-responses')
    expect(gemini.body.tools).toEqual([{ type: 'web_search' }])
    expect(gemini.losses).toEqual([{ path: 'tools[0].googleSearch.excludeDomains', kind: 'dropped', detail: why }])
  })

  it('goes to the search models of Chat Completions', () => {
    const anthropic = convert('anthropic', 'openai-chat')
    expect(anthropic.body.web_search_options).toEqual({
      user_location: { type: 'approximate', approximate: place },
    })
    expect(anthropic.body.tools).toBeUndefined()
    expect(anthropic.losses.map(({ path }) => path)).toEqual(['tools[0].max_uses', 'tools[0].allowed_domains'])
    expect(convert('gemini', 'openai-chat').body.web_search_options).toEqual({})
    expect(convert('openai-responses', 'openai-chat').body.web_search_options).toEqual({
      user_location: { type: 'approximate', approximate: place },
      search_context_size: 'high',
    })
  })

  it('goes to Gemini, where settings do not', () => {
    for (const from of ['anthropic', 'openai-responses', 'openai-chat'] as const) {
      const { body, losses } = convert(from, 'gemini')
      expect(body.tools).toEqual([{ googleSearch: {} }])
      expect(body.toolConfig).toBeUndefined()
      expect(losses.length).toBeGreaterThan(0)
      expect(new Set(losses.map(({ detail }) => detail))).toEqual(new Set([why]))
    }
  })

  it('is never declared as a function, and is told where nobody would run it', () => {
    const targets = [
      ['openai-chat', 'gpt-5.2'],
      ['openai-responses', 'gpt-4.1-nano'],
      ['openai-responses', 'some-open-model'],
      ['gemini', 'gemma-3-27b-it'],
      ['anthropic', 'claude-3-opus-20240229'],
      ['anthropic', 'kimi-k2'],
    ] as const
    for (const [to, model] of targets) {
      for (const from of ['anthropic', 'openai-responses', 'openai-chat', 'gemini'] as const) {
        if (from === to) continue
        const { body, losses } = convert(from, to, {}, model)
        expect(JSON.stringify(body)).not.toMatch(/search/i)
        expect(losses).toContainEqual(
          expect.objectContaining({ kind: 'dropped', detail: expect.stringContaining('is run by its provider alone') }),
        )
      }
    }
  })

  it('of stored pages alone is not made a search of the web', () => {
    const tools = [{ type: 'web_search', external_web_access: false }]
    const { body, losses } = convert('openai-responses', 'anthropic', { tools })
    expect(body.tools).toBeUndefined()
    expect(losses).toMatchObject([{ path: 'tools[0]', kind: 'dropped' }])
  })
})

describe('the choice of a search', () => {
  const lookup = { name: 'lookup', input_schema: { type: 'object', properties: {} } }
  const search = { type: 'web_search_20250305', name: 'web_search' }
  const choice = { tool_choice: { type: 'tool', name: 'web_search' } }

  it('stays one where it can be said', () => {
    const tools = [lookup, search]
    expect(convert('anthropic', 'openai-responses', { tools, ...choice }).body.tool_choice).toEqual({
      type: 'allowed_tools',
      mode: 'required',
      tools: [{ type: 'web_search' }],
    })
    const back = convert('openai-responses', 'anthropic', { tool_choice: { type: 'web_search_preview' } })
    expect(back.body.tool_choice).toEqual({ type: 'tool', name: 'web_search' })
    const allowed = { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'web_search' }] }
    expect(convert('openai-responses', 'anthropic', { tool_choice: allowed }).body.tools).toHaveLength(1)
  })

  it('is refused where nobody would search', () => {
    const tools = [lookup, search]
    const targets = [
      ['openai-chat', 'gpt-5.2'],
      ['openai-responses', 'o1'],
      ['gemini', 'gemini-2.5-pro'],
    ] as const
    for (const [to, model] of targets) {
      expect(() => convert('anthropic', to, { tools, ...choice }, model)).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED', path: 'tool_choice' }) as Error,
      )
    }
    const allowed = [{ type: 'function', name: 'lookup' }, { type: 'web_search' }]
    const { body, losses } = convert(
      'openai-responses',
      'gemini',
      {
        tools: [{ type: 'function', name: 'lookup', parameters: { type: 'object' } }, { type: 'web_search' }],
        tool_choice: { type: 'allowed_tools', mode: 'required', tools: allowed },
      },
      'gemini-2.5-pro',
    )
    expect(body.toolConfig).toMatchObject({ functionCallingConfig: { allowedFunctionNames: ['lookup'] } })
    expect(losses).toContainEqual({ path: 'tool_choice', kind: 'approximated', detail: 'a tool it names is not sent' })
  })

  it('cannot be forced on Gemini', () => {
    const { body, losses } = convert('anthropic', 'gemini', { tools: [search], ...choice })
    expect(body).toMatchObject({ tools: [{ googleSearch: {} }] })
    expect(body.toolConfig).toBeUndefined()
    expect(losses).toMatchObject([{ path: 'tool_choice', kind: 'approximated' }])
  })

  it('means a function of that name where there is one', () => {
    const own = { name: 'web_search', input_schema: { type: 'object', properties: {} } }
    const { body } = convert('anthropic', 'openai-responses', { tools: [own], ...choice })
    expect(body.tool_choice).toEqual({ type: 'function', name: 'web_search' })
    const both = [{ type: 'function', name: 'web_search', parameters: { type: 'object' } }, { type: 'web_search' }]
    const { body: sent } = convert('openai-responses', 'anthropic', { tools: both })
    expect(sent.tools).toHaveLength(1)
    expect(sent.tools).toMatchObject([{ name: 'web_search', input_schema: { type: 'object' } }])
  })
})
