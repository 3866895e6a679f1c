import { type Body, readBodyOf } from './body.ts'
import type { Loss } from './chat/loss.ts'
import type { Stop } from './chat/stop.ts'
import type { Usage } from './chat/usage.ts'
import { codecOf } from './codecs.ts'
import type { ReplyOptions } from './options.ts'
import { contextOf, type Framed, streamThrough, withCarriedSeals } from './pair.ts'
import { LossReport } from './report.ts'
import { withSeals } from './seals/seals.ts'
import { transformOf } from './stream/conversion.ts'
import type { StreamConverter, StreamOptions } from './stream/converter.ts'
import { type Framing, framingOf, splitterOf } from './stream/framing.ts'
import { JsonArrayWriter } from './stream/json-array.ts'
import { unfold } from './stream/unfold.ts'
import { Passthrough, Reframing } from './stream-passthrough.ts'

/**
 * Opens the conversion of one stream. `from` is the upstream's dialect, `to` the client's; the same for both passes the text on.
 *
 * @throws ConversionError `UNSUPPORTED` for a framing a dialect does not have.
 */
export function openStream(options: StreamOptions): StreamConverter {
  const framings = { from: framingOf(options.from, options.fromFraming), to: framingOf(options.to, options.toFraming) }
  if (options.from !== options.to) {
    return streamThrough(codecOf(options.to), codecOf(options.from), withSeals(options), framedBy(framings))
  }
  return framings.from === framings.to ? new Passthrough(options, framings.from) : new Reframing(options, framings)
}

function framedBy({ from, to }: { readonly from: Framing; readonly to: Framing }): Framed {
  return {
    openSplitter: (onFrame, maxEventBytes, takeAhead) => splitterOf(from, onFrame, maxEventBytes, takeAhead),
    ...(to === 'json-array' && { array: new JsonArrayWriter() }),
  }
}

/** {@link openStream} as a web stream stage, UTF-8 in and out. */
export function streamTransform(options: StreamOptions): TransformStream<Uint8Array, Uint8Array> {
  return transformOf(openStream(options))
}

/** A whole reply told as the stream it could have been, for a client that asked for one of a server that does not stream. */
export function streamOfReply(
  body: Body,
  options: ReplyOptions & Pick<StreamOptions, 'toFraming'>,
): { text: string; usage: Usage | undefined; stop: Stop; losses: Loss[] } {
  const framing = framingOf(options.to, options.toFraming)
  const report = new LossReport()
  const upstream = codecOf(options.from)
  const client = codecOf(options.to)
  const context = contextOf(client, upstream, options, report)
  const reply = upstream.decodeReply(readBodyOf(upstream, body, 'INVALID_REPLY'), report, () => context.newId())
  if (reply.alternatives) report.dropped('choices', 'a stream tells one answer, the first')
  const encoder = client.openEncoder(context)
  let text = ''
  unfold(withCarriedSeals(reply, [upstream.id, client.id], withSeals(options), context), (event) => {
    text += encoder.encode(event)
  })
  const told = framing === 'sse' ? text : new JsonArrayWriter().write(text, true)
  return { text: told, usage: reply.usage, stop: reply.stop, losses: report.losses }
}
