import { baseUrlOf, operationPath, textOption } from '../base-url.ts'
import type { Provider, TargetContext } from './provider.ts'

/**
 * The URL of an operation below a base as OpenAI's SDK takes it: with the version. It is added where the base names none in
 * any place, since vendors also version like `/v1beta/openai` or `/v1/<account>/<gateway>/openai`.
 */
export function openaiTarget(context: TargetContext, provider: Provider): string {
  const base = baseUrlOf(context.account, provider)
  const version = textOption(context.account, 'version_path') ?? (/\/v\d[^/]*(\/|$)/.test(base) ? '' : 'v1')
  return [base, ...version.split('/').filter(Boolean)].join('/') + operationPath(context)
}

/**
 * OpenAI's own API.
 *
 * Options: `organization` and `project` (ids, for keys that belong to several), `version_path` (what stands between the base
 * URL and the operation; default `v1` unless the base has a version).
 */
export const openai: Provider = {
  id: 'openai',
  name: 'OpenAI',
  dialects: ['openai-chat', 'openai-responses'],
  baseUrl: 'https://api.openai.com/v1',
  credential: { header: 'authorization', prefix: 'Bearer ' },
  // Whatever a model is called: a member of a message that OpenAI does not know is answered with 400.
  profile: { reasoningMembers: [] },
  // The last ones are Codex's: OpenAI keeps a conversation on the machine that has its prompt cached by them.
  forwardHeaders: [
    'openai-organization',
    'openai-project',
    'session-id',
    'session_id',
    'thread-id',
    'originator',
    'x-codex-*',
  ],
  target: (context) => openaiTarget(context, openai),
  headers: ({ account }) => {
    const organization = textOption(account, 'organization')
    const project = textOption(account, 'project')
    return {
      ...(organization !== undefined && { 'openai-organization': organization }),
      ...(project !== undefined && { 'openai-project': project }),
    }
  },
}
