import type { ClientHalf, ReplyWriter, RequestReader } from '../codec.ts'
import { graft, id, limits } from './basics.ts'
import { ResponsesEncoder } from './encoder.ts'
import { encodeError, errorFrame } from './error.ts'
import { encodeReply } from './reply-encode.ts'
import { decodeRequest } from './request-decode.ts'
import { ToolNames } from './tool-names.ts'

/** Reads the requests of a client that speaks Responses. */
export const openaiResponsesRequestReader: RequestReader = { id, limits, graft, decodeRequest }

const openEncoder: ReplyWriter['openEncoder'] = (context) => new ResponsesEncoder(context)

const keepAlive = ': keep-alive\n\n'

const declaredTools: ReplyWriter['declaredTools'] = (wire) => new ToolNames(wire).declared()

/** Writes replies, streams and errors for a client that speaks Responses. */
export const openaiResponsesReplyWriter: ReplyWriter = {
  id,
  limits,
  graft,
  declaredTools,
  encodeReply,
  encodeError,
  openEncoder,
  errorFrame,
  keepAlive,
}

/** All that a client that speaks Responses needs. */
export const openaiResponsesClient: ClientHalf = {
  decodeRequest,
  id,
  limits,
  graft,
  declaredTools,
  encodeReply,
  encodeError,
  openEncoder,
  errorFrame,
  keepAlive,
}
