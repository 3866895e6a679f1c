import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { renderError } from '@llm-gateway/converter'
import { endpointOf, fromNode, type Gateway } from '@llm-gateway/gateway'
import { Hono } from 'hono'
import type { Metrics } from '../records/metrics.ts'
import { type AdminPorts, adminApi } from './admin-api.ts'
import { type AppContext, type Bindings, refusalOf } from './administrators.ts'
import { answerPreflight, applyCors } from './cors.ts'

/** What the routes need of the server they belong to; read anew at each request, so a reload changes it. */
export interface AppPorts extends AdminPorts {
  readonly gateway: Gateway
  draining(): boolean
  corsOrigins(): readonly string[] | '*' | undefined
  /** What `GET /metrics` tells; absent: it is switched off. */
  metrics(): Metrics | undefined
}

/** Every route that is not for model calls, as the framework knows it: `/admin/api/oauth/:id/refresh`. */
export function ownRoutes(): readonly { readonly method: string; readonly path: string }[] {
  // Ports are asked when a request comes, and none comes here.
  return createApp({} as AppPorts)
    .routes.filter(({ path, method }) => method !== 'ALL' && !path.includes('*'))
    .map(({ method, path }) => ({ method, path }))
}

/** The routes that are not for model calls; {@link modelCallsFirst} takes those. */
export function createApp(ports: AppPorts): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>()
  app.get('/', (c) =>
    c.json({
      service: 'llm-gateway',
      docs: 'POST /v1/chat/completions, /v1/responses, /v1/messages, /v1/embeddings, /v1beta/models/{model}:generateContent; GET /v1/models, /health',
    }),
  )
  app.get('/api/hello', (c) => c.json({ message: 'hello' }))
  app.get('/health', (c) => c.json({ status: ports.draining() ? 'draining' : 'healthy', service: 'llm-gateway' }))
  app.get('/livez', (c) => c.text('ok'))
  app.get('/readyz', (c) => (ports.draining() ? c.text('draining', 503) : c.text('ok')))

  app.get('/metrics', async (c) => {
    const metrics = ports.metrics()
    if (metrics === undefined) return c.notFound()
    // Not even to loopback without: a proxy on this machine that adds no header of its own looks like a program of it.
    const refusal = refusalOf(c, ports, 'GET /metrics')
    if (refusal) return refusal
    return c.body(await metrics.expose(), 200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' })
  })

  for (const path of openPaths) app.all(path, refuseMethod)

  app.route('/admin/api', adminApi(ports))
  app.notFound((c) => c.json({ error: { message: `${c.req.method} ${c.req.path} is not served here` } }, 404))
  app.onError((_error, c) => c.json(...internalError()))
  return app
}

/**
 * Takes the model calls, and every path that is none's, before any framework sees them: the building and the closing of a web
 * `Request` costs each as much as all the routing does, and the gateway words and logs a refusal in the client's dialect.
 * Only the app's own paths go on to `otherwise`.
 */
export function modelCallsFirst(
  ports: AppPorts,
  otherwise: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>,
): RequestListener {
  return (incoming, outgoing) => {
    const path = pathOf(incoming)
    // Never rejects: the framework answers its own failures.
    if (isOwn(path)) void otherwise(incoming, outgoing)
    else serveModelCall(incoming, outgoing, ports)
  }
}

/** Whether a path is one of the app's, as it is written: another spelling of it is none's. */
function isOwn(path: string): boolean {
  return openPaths.has(path) || path === '/metrics' || path.startsWith('/admin/api/')
}

/** Where clients' SDKs call, whether an endpoint is there or not: a page must be able to read its 404. Everything else is not for pages. */
const apiPath = /^\/(?:v\d|openai)/

function pathOf({ url = '' }: IncomingMessage): string {
  const mark = url.indexOf('?')
  return mark === -1 ? url : url.slice(0, mark)
}

function serveModelCall(incoming: IncomingMessage, outgoing: ServerResponse, ports: AppPorts): void {
  const path = pathOf(incoming)
  const origins = apiPath.test(path) ? ports.corsOrigins() : undefined
  const allowed = applyCors(incoming, outgoing, origins)
  if (incoming.method === 'OPTIONS' && apiPath.test(path)) {
    const methods = endpointOf(path)?.methods
    answerPreflight(incoming, outgoing, { allowed, origins, methods })
    return
  }
  if (ports.draining()) outgoing.setHeader('connection', 'close')
  const { request, sink } = fromNode(incoming, outgoing)
  // Never rejects: what goes wrong is told to the client and to the log.
  void ports.gateway.handle(request, sink)
}

/** What anybody may ask for, with `GET` or `HEAD`. */
const openPaths: ReadonlySet<string> = new Set(['/', '/api/hello', '/health', '/livez', '/readyz'])

function refuseMethod(c: AppContext): Response {
  const message = `${c.req.path} takes GET or HEAD, not ${c.req.method}`
  return c.json({ error: { message } }, 405, { allow: 'GET, HEAD' })
}

function internalError(): [object, 500] {
  const message = 'the gateway failed at this request; its log says why'
  return [renderError({ status: 500, kind: 'server', message, code: 'internal' }, 'openai-chat').body, 500]
}
