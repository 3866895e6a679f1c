import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai/web'
import OpenAI from 'openai'

interface Target {
  readonly url: string
  readonly key: string
}

const question = 'Say hello.'
const messages = [{ role: 'user' as const, content: question }]
const dangerouslyAllowBrowser = true

function openai({ url, key }: Target): Record<string, () => Promise<string>> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, dangerouslyAllowBrowser, maxRetries: 0 })
  const model = 'gpt-4o'
  return {
    'openai whole': async () =>
      (await client.chat.completions.create({ model, messages })).choices[0]?.message.content ?? '',
    'openai streamed': async () =>
      (await client.chat.completions.stream({ model, messages }).finalMessage()).content ?? '',
    'openai stored': async () => String(await client.responses.delete('resp_none')),
  }
}

function anthropic({ url, key }: Target): Record<string, () => Promise<string>> {
  const client = new Anthropic({ baseURL: url, apiKey: key, dangerouslyAllowBrowser, maxRetries: 0 })
  const asked = { model: 'claude-haiku-4-5', max_tokens: 50, messages }
  return {
    'anthropic whole': async () => JSON.stringify((await client.messages.create(asked)).content),
    'anthropic streamed': () => client.messages.stream(asked).finalText(),
  }
}

function google({ url, key }: Target): Record<string, () => Promise<string>> {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } })
  const asked = { model: 'gemini-2.5-flash', contents: question }
  return {
    'google whole': async () => (await client.models.generateContent(asked)).text ?? '',
    'google streamed': async () => {
      let text = ''
      for await (const piece of await client.models.generateContentStream(asked)) text += piece.text ?? ''
      return text
    },
  }
}

function bare({ url, key }: Target): Record<string, () => Promise<string>> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return {
    'a wrong key': async () => {
      const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'no', dangerouslyAllowBrowser, maxRetries: 0 })
      return `${(await client.models.list()).data.length} models`
    },
    'headers read': async () => {
      const body = JSON.stringify({ model: 'gpt-4o', messages })
      const { headers: got } = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
      const limits = got.has('ratelimit') && got.has('ratelimit-policy') && got.has('x-ratelimit-limit-requests')
      return `${got.get('request-id')} ${got.get('x-llm-gateway-upstream')} ${limits}`
    },
    admin: async () => (await fetch(`${url}/admin/api/status`, { headers })).text(),
  }
}

/** Calls with every SDK, and gives for each what it answered or the message of its error. */
async function callAll(target: Target): Promise<Record<string, string>> {
  const outcomes: Record<string, string> = {}
  const calls = { ...openai(target), ...anthropic(target), ...google(target), ...bare(target) }
  for (const [name, call] of Object.entries(calls)) {
    outcomes[name] = await call().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
  }
  return outcomes
}

Object.assign(globalThis, { callAll })
