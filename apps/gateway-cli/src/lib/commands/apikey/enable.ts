import type { EntryStatus } from '@llm-gateway/config'
import type { Usage } from '../../command-line/clipanion.ts'
import { type EntryKind, gatewayKeys, SetStatusCommand } from '../../config-file/change-entry.ts'

export class ApikeyEnable extends SetStatusCommand {
  static override paths: string[][] = [['apikey', 'enable']]
  static override usage: Usage = {
    category: 'Gateway keys',
    description: 'let a disabled gateway key work again',
    examples: [['By name', '$0 apikey enable "my team"']],
  }

  protected readonly kind: EntryKind = gatewayKeys
  protected readonly status: EntryStatus = 'active'
}
