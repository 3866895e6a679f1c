import type { EntryStatus } from '@llm-gateway/config'
import type { Usage } from '../../command-line/clipanion.ts'
import { type EntryKind, SetStatusCommand, upstreamAccounts } from '../../config-file/change-entry.ts'

export class UpstreamDisable extends SetStatusCommand {
  static override paths: string[][] = [['upstream', 'disable']]
  static override usage: Usage = {
    category: 'Upstream accounts',
    description: 'send an upstream account no more requests',
    examples: [['By name', '$0 upstream disable main']],
  }

  protected readonly kind: EntryKind = upstreamAccounts
  protected readonly status: EntryStatus = 'disabled'
}
