import type { IncomingMessage, ServerResponse } from 'node:http'
import { type FaultRule, readFaultRule } from './faults.ts'
import { readSettings } from './identity/settings.ts'
import { isObject, type Json, parseJson, show } from './json.ts'
import type { State, Timing } from './state.ts'
import { isVariant, VARIANTS } from './variant.ts'

interface Outcome {
  status: number
  body: unknown
}

const done: Outcome = { status: 200, body: { ok: true } }

/** The control API under `/_simulator/`: for whoever runs the simulator as a process of its own. */
export async function control(
  state: State,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.setEncoding('utf8')
  let source = ''
  for await (const chunk of request) source += show(chunk)
  const { status, body } = handle(state, `${request.method} ${path.slice('/_simulator/'.length)}`, source)
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}

function handle(state: State, order: string, source: string): Outcome {
  const body = source === '' ? undefined : parseJson(source)
  if (source !== '' && body === undefined) return refused('the body is not JSON')
  switch (order) {
    case 'GET faults':
      return { status: 200, body: state.faults.list() }
    case 'PUT faults':
      return putFaults(state, body)
    case 'DELETE faults':
      state.faults.clear()
      return done
    case 'GET requests':
      return { status: 200, body: state.records.list() }
    case 'GET totals':
      return { status: 200, body: state.records.totals() }
    case 'PUT variant':
      return putVariant(state, body)
    case 'PUT timing':
      return putTiming(state, body)
    case 'GET identity':
      return { status: 200, body: state.identity.grants.counters }
    case 'PUT identity':
      return putIdentity(state, body)
    case 'POST identity/expire':
      state.identity.grants.expireAccess()
      return done
    case 'POST identity/revoke':
      state.identity.grants.revokeAll()
      return done
    case 'POST reset':
      reset(state)
      return done
    default:
      return { status: 404, body: { error: `there is no "${order}" in the control API` } }
  }
}

/** Forgets faults, scripts, records, stored responses and threads, the prompt cache, the variant, and all logins. */
export function reset(state: State): void {
  state.faults.clear()
  state.scripts.clear()
  state.records.clear()
  state.cache.clear()
  state.responses.clear()
  state.threads.clear()
  state.variant = undefined
  state.identity.reset()
}

function refused(error: string): Outcome {
  return { status: 400, body: { error } }
}

/** Replaces all faults by one, or by a list of them. */
function putFaults(state: State, body: Json | undefined): Outcome {
  const rules = (Array.isArray(body) ? body : [body]).map(readFaultRule)
  const problem = rules.find((rule) => typeof rule === 'string')
  if (problem !== undefined) return refused(problem)
  state.faults.clear()
  for (const rule of rules as FaultRule[]) state.faults.add(rule)
  return done
}

function putIdentity(state: State, body: Json | undefined): Outcome {
  const settings = isObject(body) ? readSettings(body) : 'the settings must be an object'
  if (typeof settings === 'string') return refused(settings)
  state.identity.set(settings)
  return done
}

function putVariant(state: State, body: Json | undefined): Outcome {
  const variant = isObject(body) ? body.variant : undefined
  if (variant !== null && !isVariant(variant)) return refused(`"variant" must be null or one of ${VARIANTS.join(', ')}`)
  state.variant = variant ?? undefined
  return done
}

function putTiming(state: State, body: Json | undefined): Outcome {
  const given = isObject(body) ? Object.entries(body) : []
  const known = given.every(([key, value]) => key in state.timing && typeof value === 'number' && value >= 0)
  if (given.length === 0 || !known) return refused('timing takes the numbers firstTokenMs, tokenMs and chunkTokens')
  state.timing = { ...state.timing, ...(Object.fromEntries(given) as Partial<Timing>) }
  return done
}
