export type { Body } from './lib/body.ts'
export { ByteTap } from './lib/byte-tap.ts'
export type { Capabilities, CapabilityOverrides, MediaKind, ReasoningMember } from './lib/capabilities/capabilities.ts'
export { type Dialect, dialects } from './lib/chat/dialect.ts'
export { type ChatError, ConversionError, type ConversionErrorCode, type ErrorKind } from './lib/chat/error.ts'
export { isObject, type JsonObject, type JsonValue, member } from './lib/chat/json.ts'
export type { Loss } from './lib/chat/loss.ts'
export type { Stop, StopReason } from './lib/chat/stop.ts'
export type { Usage } from './lib/chat/usage.ts'
export { capabilitiesOf } from './lib/codecs.ts'
export {
  convertError,
  convertReply,
  convertRequest,
  keepAliveFrame,
  parseRequest,
  readError,
  readUsage,
  renderError,
  renderErrorFrame,
  withholdSeals,
} from './lib/convert.ts'
export { type DetectInput, detectDialect, dialectOfKeys } from './lib/detect.ts'
export { convertEmbeddingReply, convertEmbeddingRequest, readEmbeddingReply } from './lib/embeddings/convert.ts'
export type { EmbeddingFormat, EmbeddingReply } from './lib/embeddings/embedding.ts'
export { renameGeminiRequests } from './lib/embeddings/gemini.ts'
export { estimateInputTokens } from './lib/estimate.ts'
export type { Member } from './lib/json-scan.ts'
export { type EchoOptions, withholdReasoning } from './lib/openai-chat/echoed-reasoning.ts'
export type { ReplyOptions, RequestOptions } from './lib/options.ts'
export type { Converted, UpstreamErrorAnswer } from './lib/pair.ts'
export {
  type BodyFacts,
  type BodyRead,
  insertMember,
  readBody,
  removeMembers,
  spliceMember,
} from './lib/passthrough.ts'
export { FrameSplitter, FrameTooLargeError } from './lib/sse.ts'
export type { StreamConverter, StreamOptions } from './lib/stream/converter.ts'
export type { Framing } from './lib/stream/framing.ts'
export type { StreamPhase } from './lib/stream/phase.ts'
export {
  openStream,
  streamOfReply,
  streamTransform,
} from './lib/stream-converter.ts'
