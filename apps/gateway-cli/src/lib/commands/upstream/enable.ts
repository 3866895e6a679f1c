import type { EntryStatus } from '@llm-gateway/config'
import type { Usage } from '../../command-line/clipanion.ts'
import { type EntryKind, SetStatusCommand, upstreamAccounts } from '../../config-file/change-entry.ts'

export class UpstreamEnable extends SetStatusCommand {
  static override paths: string[][] = [['upstream', 'enable']]
  static override usage: Usage = {
    category: 'Upstream accounts',
    description: 'let a disabled upstream account serve again',
    examples: [['By name', '$0 upstream enable main']],
  }

  protected readonly kind: EntryKind = upstreamAccounts
  protected readonly status: EntryStatus = 'active'
}
