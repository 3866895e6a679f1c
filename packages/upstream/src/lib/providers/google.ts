import { baseUrlOf, operationPath, textOption } from '../base-url.ts'
import { UpstreamError } from '../error.ts'
import { pathSegment } from '../path-segment.ts'
import type { CredentialPlace, Provider, TargetContext, UpstreamAccount } from './provider.ts'

const keyPlace: CredentialPlace = { header: 'x-goog-api-key' }
const tokenPlace: CredentialPlace = { header: 'authorization', prefix: 'Bearer ' }

/**
 * Google's Gemini, at its two endpoints.
 *
 * The Gemini API: an API key; the base URL with or without its version (default `v1beta`).
 *
 * Vertex AI: an access token (or an express mode key) and either the options `project` (its id) and `location` (default
 * `global`), or a `base_url` that ends in the publisher's path (`…/v1/projects/P/locations/L/publishers/google`). With the options a
 * `base_url` of one's own stands for Vertex's host.
 */
export const google: Provider = {
  id: 'google',
  name: 'Google Gemini',
  dialects: ['gemini'],
  baseUrl: 'https://generativelanguage.googleapis.com',
  credential: keyPlace,
  // Google tells its credentials apart by how they begin; what begins otherwise is what the endpoint usually takes.
  credentialFor(account, credential) {
    if (/^(AIza|AQ\.)/.test(credential)) return keyPlace
    return credential.startsWith('ya29.') || isVertex(account) ? tokenPlace : keyPlace
  },
  target(context) {
    if (!isVertex(context.account))
      return `${versioned(baseUrlOf(context.account, google), 'v1beta')}${operationPath(context)}`
    if (context.operation === 'embed-batch') {
      throw new UpstreamError('UNSUPPORTED', `account ${context.account.id} (Vertex AI) embeds one input per request`)
    }
    return `${publisherOf(context)}${operationPath(context)}`
  },
}

type Endpoint = Pick<UpstreamAccount, 'baseUrl' | 'options'>

/** Whether an account of this provider is at Vertex AI rather than the Gemini API. */
export function isVertex({ baseUrl = '', options }: Endpoint): boolean {
  if (options?.project !== undefined || options?.location !== undefined) return true
  return /\/publishers\/[^/]+\/?$/.test(baseUrl) || /\baiplatform\.([a-z-]+\.rep\.)?googleapis\.com/.test(baseUrl)
}

/** The address below which Vertex keeps a publisher's models. Lists are served outside of projects, by `v1beta1` alone. */
function publisherOf({ account, operation }: TargetContext): string {
  const location = textOption(account, 'location') ?? 'global'
  const base = account.baseUrl === undefined ? vertexHost(location) : baseUrlOf(account, google)
  if (operation === 'list-models') {
    const host = base.replace(/\/v\d[^/]*(\/.*)?$/, '').replace(/\/publishers\/.*$/, '')
    return `${host}/v1beta1/publishers/google`
  }
  if (/\/publishers\/[^/]+$/.test(base)) return base
  const project = textOption(account, 'project')
  const scope = project === undefined ? '' : `/projects/${pathSegment(project)}/locations/${pathSegment(location)}`
  return `${versioned(base, 'v1')}${scope}/publishers/google`
}

/** Vertex's host by location: one for the world, one for each of the two multi-regions, one for each region. */
function vertexHost(location: string): string {
  if (location === 'global') return 'https://aiplatform.googleapis.com'
  if (location === 'us' || location === 'eu') return `https://aiplatform.${location}.rep.googleapis.com`
  return `https://${pathSegment(location)}-aiplatform.googleapis.com`
}

function versioned(base: string, version: string): string {
  return /\/v\d[^/]*$/.test(base) ? base : `${base}/${version}`
}
