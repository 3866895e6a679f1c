/** A piece of an answer's body: a stream event, or a whole JSON body. */
export interface Frame {
  text: string
  /** Tokens that are generated with it; time passes and money is spent for these. */
  tokens: number
}

/** One answer of a model endpoint, ready to send. */
export interface Reply {
  headers: Readonly<Record<string, string>>
  frames: Iterable<Frame>
  stream: boolean
}

/** An SSE frame without an event name. `end` is the line end. */
export function dataFrame(data: string, end = '\n'): string {
  return `data: ${data}${end}${end}`
}

/** An SSE frame with an event name. */
export function eventFrame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
