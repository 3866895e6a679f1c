import type { JsonObject } from './json.ts'

/** An HTTP answer that says no, in the provider's own words. */
export interface ErrorReply {
  status: number
  headers?: Record<string, string>
  body: JsonObject
}

/** Thrown while a request is examined, caught where it is answered. Carries the provider's error reply. */
export class Refused extends Error {
  readonly reply: ErrorReply

  constructor(message: string, reply: ErrorReply) {
    super(message)
    this.name = 'Refused'
    this.reply = reply
  }
}
