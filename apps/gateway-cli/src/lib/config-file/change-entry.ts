import type { AccountConfig, ConfigEditor, EntryStatus, GatewayConfig, KeyConfig } from '@llm-gateway/config'
import { Option } from '../command-line/clipanion.ts'
import { GatewayCommand } from '../command-line/gateway-command.ts'
import { applyToServer, exitCodeOfEffect } from './apply.ts'
import { resolveEntry } from './resolve-id.ts'

/** A list of the configuration whose entries commands change one at a time. */
export interface EntryKind {
  readonly thing: 'gateway key' | 'upstream account'
  entries(config: GatewayConfig): readonly (KeyConfig | AccountConfig)[]
  setStatus(editor: ConfigEditor, id: string, status: EntryStatus): void
  remove(editor: ConfigEditor, id: string): void
}

export const gatewayKeys: EntryKind = {
  thing: 'gateway key',
  entries: ({ keys }) => keys,
  setStatus: (editor, id, status) => editor.updateKey(id, { status }),
  remove: (editor, id) => editor.removeKey(id),
}

export const upstreamAccounts: EntryKind = {
  thing: 'upstream account',
  entries: ({ accounts }) => accounts,
  setStatus: (editor, id, status) => editor.updateAccount(id, { status }),
  remove: (editor, id) => editor.removeAccount(id),
}

/** Enables or disables one entry. */
export abstract class SetStatusCommand extends GatewayCommand {
  id: string = Option.String({ name: 'id' })

  protected abstract readonly kind: EntryKind
  protected abstract readonly status: EntryStatus

  async execute(): Promise<number> {
    const { kind, status } = this
    const store = await this.openConfig()
    const { id, name } = resolveEntry(kind.entries((await store.read()).config), this.id, kind.thing)
    const changed = await store.edit((editor) => kind.setStatus(editor, id, status))
    const server = await applyToServer(this.places, this.output)
    this.output.result({ id, name, status, changed, server })
    const did = status === 'active' ? 'Enabled' : 'Disabled'
    this.output.note(`${did} the ${kind.thing} "${name}" (${id})${changed ? '' : ', as it already was'}.`)
    return exitCodeOfEffect(server)
  }
}

/** Removes one entry; asks first when somebody is there to answer. */
export abstract class RemoveCommand extends GatewayCommand {
  id: string = Option.String({ name: 'id' })
  yes: boolean = Option.Boolean('-y,--yes', false, { description: 'do not ask' })

  protected abstract readonly kind: EntryKind

  /** Removes what is kept for the entry outside of the file. */
  protected async forget(_id: string): Promise<void> {}

  async execute(): Promise<number> {
    const { kind } = this
    const store = await this.openConfig()
    const { id, name } = resolveEntry(kind.entries((await store.read()).config), this.id, kind.thing)
    const { prompt } = this
    if (!this.yes && prompt.possible && !(await prompt.confirm(`Remove the ${kind.thing} "${name}" (${id})?`))) {
      this.output.note('Nothing was removed.')
      return 0
    }
    await store.edit((editor) => kind.remove(editor, id))
    await this.forget(id)
    const server = await applyToServer(this.places, this.output)
    this.output.result({ id, name, removed: true, server })
    this.output.note(`Removed the ${kind.thing} "${name}" (${id}).`)
    return exitCodeOfEffect(server)
  }
}
