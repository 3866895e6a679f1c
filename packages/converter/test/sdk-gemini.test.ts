import { afterEach, describe, expect, it, vi } from 'vitest'
import type { JsonObject } from '../src/index.ts'
import { broken, contents, cutOf, others, replyOf, streamOf } from './sdk-kit.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** The parts of chunks or of a reply, texts of one kind in a row put together and what says nothing left out. */
function joined(bodies: readonly JsonObject[]): JsonObject[] {
  const parts: JsonObject[] = []
  for (const part of bodies.flatMap(partsOf)) {
    const last = parts.at(-1)
    const follows = typeof part.text === 'string' && typeof last?.text === 'string' && last.thought === part.thought
    if (follows) Object.assign(last, { ...part, text: `${last.text as string}${part.text as string}` })
    else if (part.text !== '' || part.thoughtSignature !== undefined) parts.push({ ...part })
  }
  return parts
}

function partsOf(body: JsonObject): JsonObject[] {
  const [candidate] = (body.candidates ?? []) as { content?: { parts?: JsonObject[] } }[]
  return candidate?.content?.parts ?? []
}

function endOf(body: JsonObject | undefined): JsonObject {
  const [candidate] = (body?.candidates ?? []) as JsonObject[]
  // The client keeps no `finishMessage` of the Gemini API.
  return JSON.parse(JSON.stringify({ finish: candidate?.finishReason, usage: body?.usageMetadata })) as JsonObject
}

describe("Google's reader of chunks", () => {
  it.each(others('gemini'))('gathers $dialect/$name to what the whole reply is', async (each) => {
    const whole = replyOf(each, 'gemini')
    const chunks = await contents(streamOf(each, 'gemini'))
    expect(joined(chunks)).toEqual(joined([whole]))
    expect(endOf(chunks.at(-1))).toEqual(endOf(whole))
    for (const { responseId, modelVersion } of chunks) {
      expect({ responseId, modelVersion }).toEqual({ responseId: whole.responseId, modelVersion: whole.modelVersion })
    }
  })

  it.each(broken('gemini'))('throws the error of $dialect/$name', async (each) => {
    await expect(contents(streamOf(each, 'gemini'))).rejects.toThrow(/^\{"error"|got status/)
  })

  it.each(others('gemini'))('throws when $dialect/$name is cut short', async (each) => {
    await expect(contents(cutOf(each, 'gemini'))).rejects.toThrow('stream_truncated')
  })
})
