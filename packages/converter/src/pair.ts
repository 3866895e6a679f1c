export type { Body } from './lib/body.ts'
export type { Capabilities, CapabilityOverrides } from './lib/capabilities/capabilities.ts'
export type { Dialect } from './lib/chat/dialect.ts'
export { ConversionError, type ConversionErrorCode } from './lib/chat/error.ts'
export type { JsonObject, JsonValue } from './lib/chat/json.ts'
export type { Loss } from './lib/chat/loss.ts'
export type { Stop, StopReason } from './lib/chat/stop.ts'
export type { Usage } from './lib/chat/usage.ts'
export type { ClientHalf, ReplyReader, ReplyWriter, RequestReader, RequestWriter, UpstreamHalf } from './lib/codec.ts'
export type { PairReplyOptions, PairRequestOptions, PairStreamOptions } from './lib/options.ts'
export {
  type Converted,
  type Pair,
  pairOf,
  type ReplyPair,
  type RequestPair,
  repliesOf,
  requestsOf,
  type UpstreamErrorAnswer,
} from './lib/pair.ts'
export { transformOf } from './lib/stream/conversion.ts'
export type { StreamConverter } from './lib/stream/converter.ts'
export type { StreamPhase } from './lib/stream/phase.ts'
