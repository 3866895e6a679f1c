import { type EntryKind, RemoveCommand, upstreamAccounts } from '../../change-entry.ts'
import type { Usage } from '../../clipanion.ts'

export class UpstreamRemove extends RemoveCommand {
  static override paths: string[][] = [['upstream', 'remove']]
  static override usage: Usage = {
    category: 'Upstream accounts',
    description: 'remove an upstream account and its credential',
    examples: [['Without being asked', '$0 upstream remove main --yes']],
  }

  protected readonly kind: EntryKind = upstreamAccounts
}
