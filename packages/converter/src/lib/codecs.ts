import { anthropicCodec } from './anthropic/index.ts'
import type { Capabilities, CapabilityOverrides } from './capabilities/capabilities.ts'
import { type Dialect, dialects } from './chat/dialect.ts'
import { ConversionError } from './chat/error.ts'
import type { DialectCodec } from './codec.ts'
import { geminiCodec } from './gemini/index.ts'
import { openaiChatCodec } from './openai-chat/index.ts'
import { openaiCompletionsCodec } from './openai-completions/index.ts'
import { openaiResponsesCodec } from './openai-responses/index.ts'

const codecs: { readonly [dialect in Dialect]?: DialectCodec } = {
  anthropic: anthropicCodec,
  gemini: geminiCodec,
  'openai-chat': openaiChatCodec,
  'openai-completions': openaiCompletionsCodec,
  'openai-responses': openaiResponsesCodec,
}

/** The codec of a dialect. Throws `ConversionError` `UNKNOWN_DIALECT` for a name this version does not convert. */
export function codecOf(dialect: Dialect): DialectCodec {
  const codec = Object.hasOwn(codecs, dialect) ? codecs[dialect] : undefined
  if (codec === undefined) {
    const known = dialects.join(', ')
    throw new ConversionError(
      'UNKNOWN_DIALECT',
      `"${dialect}" is no dialect this version converts; it converts ${known}`,
    )
  }
  return codec
}

/** What a model behind a dialect accepts: the built-in table with an operator's own words laid over it. */
export function capabilitiesOf(dialect: Dialect, model: string, overrides: CapabilityOverrides = {}): Capabilities {
  return { ...codecOf(dialect).capabilities(model), ...overrides }
}
