import { baseUrlOf, operationPath, textOption } from '../base-url.ts'
import { UpstreamError } from '../error.ts'
import { pathSegment } from '../path-segment.ts'
import type { Provider, TargetContext, UpstreamAccount } from './provider.ts'

/**
 * Azure OpenAI. The base URL is the resource's (`https://<resource>.openai.azure.com`), with or without `/openai` or
 * `/openai/v1`.
 *
 * Options: `api_version` chooses the classic API (absent: v1, which has none); `deployments` maps model names to deployments;
 * `deployment` is for every other model. Without either, a deployment is called like its model.
 */
export const azure: Provider = {
  id: 'azure',
  name: 'Azure OpenAI',
  dialects: ['openai-chat', 'openai-responses'],
  credential: { header: 'api-key' },
  needsBaseUrl: true,
  profile: { reasoningMembers: [] },
  target(context) {
    const resource = baseUrlOf(context.account, azure).replace(/\/openai(\/v1)?$/, '')
    const path = operationPath(context)
    const version = textOption(context.account, 'api_version')
    if (version === undefined) return `${resource}/openai/v1${path}`
    // Of the classic API only these belong to a deployment; the Responses API takes it from the body.
    const ofDeployment =
      context.operation === 'embed' || (context.operation === 'generate' && context.dialect !== 'openai-responses')
    const scope = ofDeployment ? `/deployments/${pathSegment(deploymentOf(context))}` : ''
    return `${resource}/openai${scope}${path}?api-version=${encodeURIComponent(version)}`
  },
  model: deploymentOf,
}

function deploymentOf({ account, model }: Pick<TargetContext, 'account' | 'model'>): string {
  return deploymentsOf(account).get(model) ?? textOption(account, 'deployment') ?? model
}

const read = new WeakMap<UpstreamAccount, ReadonlyMap<string, string>>()

function deploymentsOf(account: UpstreamAccount): ReadonlyMap<string, string> {
  const known = read.get(account)
  if (known) return known
  const deployments = readDeployments(account)
  read.set(account, deployments)
  return deployments
}

function readDeployments(account: UpstreamAccount): ReadonlyMap<string, string> {
  const option = account.options?.deployments ?? {}
  const entries = typeof option === 'object' && !Array.isArray(option) ? Object.entries(option) : undefined
  const deployments = new Map<string, string>()
  for (const [model, deployment] of entries ?? [['', undefined]]) {
    if (typeof deployment !== 'string') {
      throw new UpstreamError(
        'OPTION_INVALID',
        `options.deployments of account ${account.id} must map each model to the name of a deployment`,
      )
    }
    deployments.set(model, deployment)
  }
  return deployments
}
