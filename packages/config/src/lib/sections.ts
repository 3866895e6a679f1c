import { z } from 'zod'
import { fallbacks, section, setting } from './fields.ts'
import type { GatewayConfig } from './schema.ts'
import { accountEntry } from './sections/accounts.ts'
import { conversionSection } from './sections/conversion.ts'
import { environmentSection } from './sections/environment.ts'
import { keyEntry } from './sections/keys.ts'
import { ledgerSection, priceEntry } from './sections/ledger.ts'
import { loggingSection } from './sections/logging.ts'
import { oauthProfilesSection } from './sections/oauth-profiles.ts'
import { proxySection } from './sections/proxy.ts'
import { responsesSection } from './sections/responses.ts'
import { routeSet } from './sections/routes.ts'
import { routingSection } from './sections/routing.ts'
import { serverSection } from './sections/server.ts'

/** The whole file: what YAML holds in, {@link GatewayConfig} out. */
export const fileSchema: z.ZodType<GatewayConfig> = section({
  server: setting(
    serverSection.prefault({}),
    'Where the gateway listens, how it behaves towards clients, and what it holds at most',
  ),
  proxy: setting(
    proxySection.prefault({}),
    'How long an upstream call may take. The defaults are made for models that think long',
  ),
  gateway_keys: setting(z.array(keyEntry).prefault([]), 'What clients authenticate with'),
  upstream_accounts: setting(z.array(accountEntry).prefault([]), 'Whom requests go to'),
  model_routes: setting(
    routeSet.prefault([]),
    "What a client's model name means, for every key: a list of routes, or a section that holds the list",
  ),
  routing: setting(routingSection.prefault({}), 'How the accounts that can serve a request are ordered'),
  responses: setting(responsesSection.prefault({}), 'What the gateway keeps of the Responses API'),
  conversion: setting(
    conversionSection.prefault({}),
    'What becomes of requests whose account speaks another dialect than their client',
  ),
  ledger: setting(ledgerSection.prefault({}), 'Where it is kept what requests used and cost'),
  prices: setting(
    z.array(priceEntry).prefault([]),
    'What models cost, before the built-in prices; the first that fits counts',
  ),
  logging: setting(loggingSection.prefault({}), 'What is logged, and how'),
  environment: setting(environmentSection.prefault({}), 'The proxy between the gateway and its providers'),
  oauth_profiles: setting(
    oauthProfilesSection.prefault({}),
    'OAuth 2.0 providers by name, and what the built-in profiles `claude-code` and `generic` lack',
  ),
}).transform((raw) => ({
  server: raw.server.server,
  limits: raw.server.limits,
  timeouts: raw.proxy,
  keys: raw.gateway_keys,
  accounts: raw.upstream_accounts,
  routes: raw.model_routes,
  routing: raw.routing,
  responses: raw.responses,
  conversion: raw.conversion,
  ledger: raw.ledger,
  prices: raw.prices,
  logging: raw.logging,
  environment: raw.environment,
  oauthProfiles: raw.oauth_profiles,
}))

/** The JSON Schema of the file, for editors: `# yaml-language-server: $schema=…`. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(fileSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { fallback } = fallbacks.get(zodSchema) ?? {}
      if (fallback !== undefined) jsonSchema.default = fallback
    },
  })
  return { ...schema, title: 'LLM Gateway configuration' }
}
