import type { Ledger } from '@llm-gateway/ledger'
import { OAuthError } from '@llm-gateway/oauth'
import { Hono } from 'hono'
import type { OAuthService } from '../oauth/oauth-service.ts'
import type { ServerStatus } from '../status.ts'
import { type AdministratorPorts, type Bindings, refusalOf } from './administrators.ts'
import { usageApi } from './usage-api.ts'

/** What the admin API needs of the server; read anew at each request, so a reload changes it. */
export interface AdminPorts extends AdministratorPorts {
  status(): ServerStatus
  ledger(): Ledger | undefined
  reload(): Promise<{ ok: true; notes?: readonly string[] } | { ok: false; problem: string }>
  readonly oauth: Pick<OAuthService, 'has' | 'force' | 'states'>
}

/** What stands under `/admin/api`, for administrators only. */
export function adminApi(ports: AdminPorts): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>()
  app.use('/*', async (c, next) => refusalOf(c, ports, 'the admin API') ?? next())
  app.get('/status', (c) => c.json(ports.status()))
  app.post('/reload', async (c) => {
    const result = await ports.reload()
    return c.json(result, result.ok ? 200 : 422)
  })
  app.route(
    '/',
    usageApi(() => ports.ledger()),
  )
  app.get('/oauth', (c) => c.json({ accounts: ports.oauth.states() }))
  app.post('/oauth/:id/refresh', async (c) => {
    const id = c.req.param('id')
    if (!ports.oauth.has(id)) return c.json({ error: { message: `no account with a login has the id ${id}` } }, 404)
    try {
      return c.json(await ports.oauth.force(id))
    } catch (cause) {
      if (!OAuthError.is(cause)) throw cause
      return c.json({ error: { code: cause.code, message: cause.message } }, 409)
    }
  })
  return app
}
