import type { Usage } from '../../command-line/clipanion.ts'
import { type EntryKind, gatewayKeys, RemoveCommand } from '../../config-file/change-entry.ts'

export class ApikeyRemove extends RemoveCommand {
  static override paths: string[][] = [['apikey', 'remove']]
  static override usage: Usage = {
    category: 'Gateway keys',
    description: 'remove a gateway key for good',
    examples: [['Without being asked', '$0 apikey remove "my team" --yes']],
  }

  protected readonly kind: EntryKind = gatewayKeys
}
