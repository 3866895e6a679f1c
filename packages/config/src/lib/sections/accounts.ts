import { z } from 'zod'
import { type AccountConfig, KNOWN_PROVIDERS } from '../account-config.ts'
import {
  accountProxy,
  type Defined,
  defined,
  endpointUrl,
  integer,
  legacy,
  modelPattern,
  optionalText,
  secret,
  section,
  setting,
  share,
  text,
  timestamp,
} from '../fields.ts'
import { modernAccount } from '../legacy.ts'
import { capabilities } from './capabilities.ts'
import { healthCheck } from './routing.ts'

const dialect = z.enum(['openai-chat', 'openai-completions', 'openai-responses', 'anthropic', 'gemini'])

/** One of `upstream_accounts`: whom requests go to. */
export const accountEntry: z.ZodType<AccountConfig> = section({
  id: setting(text, 'Unique among the accounts, by habit `upstream_…`'),
  name: setting(text, 'What people call it'),
  type: setting(
    z.enum(['api-key', 'oauth', 'passthrough']),
    'Where its credential comes from: `api_key`, a login at the provider, or each client, who sends its own',
  ),
  provider: setting(text, `One of ${KNOWN_PROVIDERS.map((name) => `\`${name}\``).join(', ')}`),
  api_key: secret(
    setting(optionalText, 'The key: `${VARIABLE}`, `file:PATH`, `enc:v1:…` as the command line writes it, or in clear'),
  ),
  base_url: setting(endpointUrl, "What the vendor's own SDK takes, with or without `/v1`. Default the provider's"),
  proxy: secret(
    setting(
      accountProxy,
      'The proxy its calls and its login go through, or `direct` for none. Default what `environment` says for its host',
    ),
    'login',
  ),
  status: setting(
    z.enum(['active', 'disabled', 'error']).optional(),
    'A disabled account stays in the file and is sent nothing; `error` is what the older program wrote, and counts as active',
    'active',
  ),
  priority: setting(integer(Number.MIN_SAFE_INTEGER).optional(), 'Higher ones are asked first', 0),
  weight: setting(share.optional(), 'Share among equals', 1),
  models: setting(
    z.array(modelPattern).optional(),
    "Models it serves, by the upstream's name for them: names or `prefix*`. Default all of its provider",
  ),
  dialects: setting(
    z.array(dialect).min(1, 'must name at least one dialect').optional(),
    "Dialects its endpoint speaks, most wanted first. Default the provider's",
  ),
  oauth_profile: setting(
    optionalText,
    "With type `oauth`: its profile, built in or of `oauth_profiles`. Default the provider's",
  ),
  options: secret(
    setting(
      z.record(z.string(), z.unknown()).optional(),
      'Settings of the provider: Azure `api_version`, `deployment`, `deployments`; Google `project`, `location`; OpenAI `organization`, `project`; OpenAI and compatible servers `version_path`, what stands between `base_url` and the operation',
    ),
    'by-name',
  ),
  capabilities: setting(capabilities.optional(), 'What its models accept, where that is not known of them by name'),
  health_check: setting(healthCheck.optional(), 'Checks it by itself. Default as `routing` says'),
  created_at: setting(timestamp.optional(), 'When it was added'),
  updated_at: legacy(z.unknown()),
  usage: legacy(z.unknown()),
  last_health_check: legacy(z.unknown()),
  health_status: legacy(z.unknown()),
  client_id: legacy(z.unknown()),
  client_secret: secret(legacy(z.unknown())),
  access_token: secret(legacy(optionalText)),
  refresh_token: secret(legacy(optionalText)),
  resource_url: legacy(optionalText),
  expires_at: legacy(timestamp),
}).transform((raw) => {
  const tokens = defined({ accessToken: raw.access_token, refreshToken: raw.refresh_token, expiresAt: raw.expires_at })
  const read: Defined<AccountConfig & { resourceUrl: string | undefined }> = defined({
    id: raw.id,
    name: raw.name,
    type: raw.type,
    provider: raw.provider,
    apiKey: raw.api_key,
    baseUrl: raw.base_url,
    proxy: raw.proxy,
    // The older program wrote "error" for an account that had failed; health is measured anew here.
    status: raw.status === 'disabled' ? ('disabled' as const) : ('active' as const),
    priority: raw.priority,
    weight: raw.weight,
    models: raw.models,
    dialects: raw.dialects,
    oauthProfile: raw.oauth_profile,
    options: raw.options,
    capabilities: raw.capabilities,
    healthCheckMs: raw.health_check?.interval,
    createdAt: raw.created_at,
    legacyTokens: (tokens.accessToken ?? tokens.refreshToken) ? tokens : undefined,
    resourceUrl: raw.resource_url,
  })
  return modernAccount(read)
})
