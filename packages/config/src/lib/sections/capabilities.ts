import { z } from 'zod'
import type { CapabilityConfig } from '../account-config.ts'
import { defined, flag, integer, section, setting, share } from '../fields.ts'

const effortWord = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])

/** `capabilities` of an upstream account: what its models accept. */
export const capabilities: z.ZodType<CapabilityConfig> = section({
  default_max_tokens: setting(
    integer(1).optional(),
    'Tokens of answer asked for where the dialect needs a figure and the client gave none',
  ),
  max_output_tokens: setting(integer(1).optional(), 'The longest answer in tokens; more is asked for as this'),
  sampling: setting(
    z.enum(['full', 'either', 'none']).optional(),
    'Sampling parameters: all, `temperature` or `top_p` but not both, or none',
  ),
  max_temperature: setting(share.optional(), 'The highest temperature; more is asked for as this'),
  system_turns: setting(flag.optional(), 'Instructions may stand between turns'),
  developer_role: setting(flag.optional(), 'Instructions are of the role `developer` rather than `system`'),
  prefill: setting(flag.optional(), 'A last message of the assistant is continued'),
  efforts: setting(z.array(effortWord).optional(), 'Words for how much to think, weakest first'),
  thinking: setting(z.enum(['budget', 'adaptive', 'none']).optional(), 'How thinking is asked for'),
  structured_output: setting(flag.optional(), 'An answer may be held to a schema'),
  max_stops: setting(integer(0).optional(), 'Most stop sequences'),
  max_tokens_field: setting(
    z.enum(['max_tokens', 'max_completion_tokens']).optional(),
    'The name of the output limit in Chat Completions',
  ),
  stream_usage: setting(flag.optional(), '`stream_options.include_usage` is known'),
  openai_extensions: setting(flag.optional(), "OpenAI's newer fields are known"),
  tools: setting(flag.optional(), 'Tools can be called'),
  web_search: setting(flag.optional(), "The provider's own tool for searching the web can be declared"),
  web_search_options: setting(flag.optional(), 'Chat Completions: `web_search_options` is known'),
  forced_tools: setting(flag.optional(), 'A tool call can be forced'),
  reasoning_members: setting(
    z.array(z.enum(['reasoning_content', 'reasoning', 'reasoning_details', 'thinking'])).optional(),
    'Members of a Chat Completions message in which reasoning may come back; others are left out. `thinking` is chunks of its content. Signed `reasoning_details` of a tool loop go only where they are named. Without: any, but none at OpenAI and Azure, `thinking` alone at Mistral, `reasoning` alone at Groq and Cerebras; `reasoning_details` at OpenRouter',
  ),
  reasoning_required: setting(
    flag.optional(),
    'A Chat Completions message of a tool loop is refused without its reasoning; a blank stands for what is not at hand. Without: as DeepSeek, Kimi and MiMo do',
  ),
  call_seals: setting(
    flag.optional(),
    "Google's seals on tool calls come back in `extra_content` of Chat Completions. Without: for models of Gemini alone",
  ),
  media: setting(z.array(z.enum(['image', 'document', 'audio'])).optional(), 'Media beside text'),
}).transform((raw) =>
  defined({
    defaultMaxTokens: raw.default_max_tokens,
    maxOutputTokens: raw.max_output_tokens,
    sampling: raw.sampling,
    maxTemperature: raw.max_temperature,
    systemTurns: raw.system_turns,
    developerRole: raw.developer_role,
    prefill: raw.prefill,
    efforts: raw.efforts,
    thinking: raw.thinking,
    structuredOutput: raw.structured_output,
    maxStops: raw.max_stops,
    maxTokensField: raw.max_tokens_field,
    streamUsage: raw.stream_usage,
    openaiExtensions: raw.openai_extensions,
    tools: raw.tools,
    webSearch: raw.web_search,
    webSearchOptions: raw.web_search_options,
    forcedTools: raw.forced_tools,
    reasoningMembers: raw.reasoning_members,
    reasoningRequired: raw.reasoning_required,
    callSeals: raw.call_seals,
    media: raw.media,
  }),
)
