import type { AccountConfig } from '@llm-gateway/config'
import { accountJson, credentialSource } from '../../accounts/account-view.ts'
import type { Usage } from '../../command-line/clipanion.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import type { Loaded } from '../../config-file/config-store.ts'
import type { Column } from '../../terminal/table.ts'
import { when } from '../../terminal/time.ts'

export class UpstreamList extends GatewayCommand {
  static override paths: string[][] = [['upstream', 'list']]
  static override usage: Usage = {
    category: 'Upstream accounts',
    description: 'list the upstream accounts',
    examples: [
      ['All accounts', '$0 upstream list'],
      ['How they do', '$0 status'],
    ],
  }

  async execute(): Promise<number> {
    const loaded = await (await this.openConfig()).read()
    const { accounts } = loaded.config
    const now = this.context.now()
    this.output.result(
      accounts.map((account) => accountJson(account, loaded)),
      accounts.length > 0 ? this.output.table(accounts, columns(loaded, now)) : undefined,
    )
    if (accounts.length === 0) {
      this.output.note(
        'There is no upstream account. Add one with: llm-gateway upstream add --provider=PROVIDER --name=NAME',
      )
    }
    return 0
  }
}

function columns(loaded: Loaded, now: number): Column<AccountConfig>[] {
  return [
    { title: 'ID', value: ({ id }) => id },
    { title: 'NAME', value: ({ name }) => name },
    { title: 'PROVIDER', value: ({ provider }) => provider },
    {
      title: 'STATUS',
      value: ({ status }) => status,
      paint: ({ status }, cell, style) => style(status === 'active' ? 'green' : 'yellow', cell),
    },
    { title: 'CREDENTIAL', value: (account) => credentialSource(account, loaded) },
    { title: 'PRIORITY', value: ({ priority }) => priority?.toString(), align: 'right' },
    { title: 'WEIGHT', value: ({ weight }) => weight?.toString(), align: 'right' },
    { title: 'MODELS', value: ({ models }) => models?.join(',') },
    { title: 'BASE URL', value: ({ baseUrl }) => baseUrl },
    { title: 'CREATED', value: ({ createdAt }) => (createdAt === undefined ? undefined : when(createdAt, now)) },
  ]
}
