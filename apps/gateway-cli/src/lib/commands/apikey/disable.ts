import type { EntryStatus } from '@llm-gateway/config'
import type { Usage } from '../../command-line/clipanion.ts'
import { type EntryKind, gatewayKeys, SetStatusCommand } from '../../config-file/change-entry.ts'

export class ApikeyDisable extends SetStatusCommand {
  static override paths: string[][] = [['apikey', 'disable']]
  static override usage: Usage = {
    category: 'Gateway keys',
    description: 'refuse a gateway key without removing it',
    examples: [['By the beginning of its id', '$0 apikey disable gw_4f2a']],
  }

  protected readonly kind: EntryKind = gatewayKeys
  protected readonly status: EntryStatus = 'disabled'
}
