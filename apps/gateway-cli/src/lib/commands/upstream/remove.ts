import { openCredentialStore } from '@llm-gateway/credentials'
import { forgetTokens } from '@llm-gateway/oauth'
import { tokenStoreOf } from '@llm-gateway/server'
import type { Usage } from '../../command-line/clipanion.ts'
import { type EntryKind, RemoveCommand, upstreamAccounts } from '../../config-file/change-entry.ts'

export class UpstreamRemove extends RemoveCommand {
  static override paths: string[][] = [['upstream', 'remove']]
  static override usage: Usage = {
    category: 'Upstream accounts',
    description: 'remove an upstream account and its credential',
    examples: [['Without being asked', '$0 upstream remove main --yes']],
  }

  protected readonly kind: EntryKind = upstreamAccounts

  protected override async forget(id: string): Promise<void> {
    const { places, output, context } = this
    const warn = (message: string): void => output.warn(message)
    await forgetTokens(
      id,
      tokenStoreOf(openCredentialStore({ home: places.home, env: context.env, keychain: context.keychain, warn })),
    )
  }
}
