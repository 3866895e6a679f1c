import {
  ConversionError,
  type ConversionErrorCode,
  convertReply,
  convertRequest,
  type Dialect,
  type Loss,
  readUsage,
  removeMembers,
  spliceMember,
  withholdReasoning,
  withholdSeals,
} from '@llm-gateway/converter'
import { profileOf } from '@llm-gateway/upstream'
import type { Call } from '../call.ts'
import { modelForClient, renameReply } from '../client/client-model.ts'
import { GatewayError } from '../error.ts'
import type { Account } from '../state.ts'
import { continued, needsHistory } from '../stored/continued.ts'
import { wireOf } from '../wire.ts'
import type { Job, Preparing } from './job.ts'

/** The members of which one makes a body a reply of its dialect. */
const replyKeys: Readonly<Record<Dialect, readonly string[]>> = {
  'openai-chat': ['choices'],
  'openai-completions': ['choices'],
  'openai-responses': ['output'],
  anthropic: ['content'],
  // A prompt that was refused has no candidates.
  gemini: ['candidates', 'promptFeedback'],
}

/** Asks a model for an answer. */
export const generate: Job = {
  operation: () => 'generate',
  prepare(call, preparing) {
    const { account, dialect } = preparing
    const sameDialect = dialect === call.dialect
    if (sameDialect && !needsHistory(call, account.id)) {
      const { body, losses } = withheld(call, preparing)
      refuseLosses(call, losses, dialect)
      return { job: generate, account, body, dialect, sameDialect, losses }
    }
    const { body, losses } = converted(call, preparing)
    return { job: generate, account, body: JSON.stringify(body), dialect, sameDialect, losses }
  },
  recognises: (wire, dialect) => replyKeys[dialect].some((key) => Object.hasOwn(wire, key)),
  reply(call, { account, dialect, sameDialect }, { bytes, wire }) {
    const tapped = readUsage(wire, dialect)
    call.usage = tapped?.usage
    call.stop = tapped?.stop
    if (sameDialect) {
      call.remember?.reply(wire, { account: account.id, native: true })
      const model = modelForClient(call)
      return model === undefined ? bytes : renameReply(bytes, dialect, model)
    }
    const { wire: request, dialect: to } = call
    const reply = convertReply(bytes, {
      from: dialect,
      to,
      ...(request && { request }),
      ...(call.plan?.model !== call.model && { model: call.model }),
      ...sealsOf(call),
    })
    call.losses = [...call.losses, ...reply.losses]
    call.remember?.reply(reply.body, { account: account.id, native: false })
    return JSON.stringify(reply.body)
  },
}

/**
 * The client's own bytes, but for what its history has of other providers and this one would refuse: seals it could not read, and
 * reasoning where it takes none back. An account kept for one kind of client gets them as they are.
 */
function withheld(
  call: Call,
  { account, dialect, model }: Preparing,
): { readonly body: Uint8Array | string; readonly losses: readonly Loss[] } {
  const own = ownBytes(call, model)
  const unsealed = withholdSeals(own, dialect) ?? { body: own, losses: [] }
  if (dialect !== 'openai-chat' || account.audience !== undefined || !mayEcho(call.body)) return unsealed
  const bare = withholdReasoning(unsealed.body, {
    model,
    ...apiVersionOf(account),
    capabilities: { ...profileOf(account, model), ...account.capabilities },
  })
  return bare ? { body: bare.body, losses: [...unsealed.losses, ...bare.losses] } : unsealed
}

/** Whether a body may echo reasoning, without parsing it. */
function mayEcho(body: Uint8Array): boolean {
  return Buffer.from(body.buffer, body.byteOffset, body.length).includes('"reasoning')
}

function apiVersionOf({ options }: Account): { readonly apiVersion?: string } {
  return typeof options?.api_version === 'string' ? { apiVersion: options.api_version } : {}
}

/**
 * The client's request in an account's dialect, with what it goes on from where the account does not have that.
 *
 * @throws GatewayError when the dialect cannot say what it asks.
 */
export function converted(call: Call, { account, dialect, model }: Preparing): ReturnType<typeof convertRequest> {
  try {
    const earlier = needsHistory(call, account.id) ? continued(call, dialect) : { wire: wireOf(call), losses: [] }
    const { body, losses } = convertRequest(earlier.wire, {
      from: call.dialect,
      to: dialect,
      model,
      strict: call.state.strict,
      ...sealsOf(call),
      capabilities: { ...profileOf(account, model), ...account.capabilities },
      ...apiVersionOf(account),
    })
    refuseLosses(call, earlier.losses, dialect)
    return { body, losses: [...earlier.losses, ...losses] }
  } catch (cause) {
    throw refusalOf(cause)
  }
}

/** @throws GatewayError naming each loss, where requests are to be sent whole or not at all. */
function refuseLosses({ state }: Call, losses: readonly Loss[], dialect: Dialect): void {
  if (!state.strict || losses.length === 0) return
  const list = losses.map(({ path, kind, detail }) => `${path} (${kind}: ${detail})`).join('; ')
  throw new GatewayError('unsupported', `strict conversion to ${dialect} would lose ${losses.length} thing(s): ${list}`)
}

/** The options that let seals of one dialect travel with a client of another. */
export function sealsOf({ state: { sealKey }, plan, model }: Call): {
  readonly sealKey?: string
  readonly vendor: string
} {
  return { vendor: makerOf(plan?.model ?? model), ...(sealKey !== undefined && { sealKey }) }
}

/**
 * Who made a model, by how its name begins, whoever serves it: reasoning goes back to models of the same maker. `deepseek` for
 * `deepseek/deepseek-v4-pro`.
 */
function makerOf(model: string): string {
  const bare = model.slice(model.lastIndexOf('/') + 1).toLowerCase()
  return /^[a-z]+/.exec(bare)?.[0] ?? bare
}

/** The client's own bytes, but for the model's name where the body has one. */
export function ownBytes(call: Call, model: string): Uint8Array {
  const members = call.facts?.scan.members
  if (members === undefined) return call.body
  // At another dialect's path these two are told in the body; Google's endpoints refuse them there.
  if (call.dialect === 'gemini') {
    return call.endpoint.dialect === 'gemini' ? call.body : removeMembers(call.body, ['model', 'stream'])
  }
  const member = members.get('model')
  if (member === undefined || model === call.model) return call.body
  return spliceMember(call.body, member, JSON.stringify(model))
}

const unsupported: ReadonlySet<ConversionErrorCode> = new Set(['UNSUPPORTED', 'LOSSY', 'UNKNOWN_DIALECT'])

/** What a conversion that is not possible is told as; every other error is itself. */
export function refusalOf(cause: unknown): unknown {
  if (!ConversionError.is(cause)) return cause
  return new GatewayError(codeOf(cause), cause.message, {
    cause,
    ...(cause.path !== undefined && { param: cause.path }),
  })
}

function codeOf({ code, path }: ConversionError): 'unsupported' | 'thread_unsupported_request' | 'invalid_body' {
  if (!unsupported.has(code)) return 'invalid_body'
  // Anthropic's tool runner asks for a thread unless told otherwise, and goes on without where it is told so by this code.
  return path === 'thread' ? 'thread_unsupported_request' : 'unsupported'
}
