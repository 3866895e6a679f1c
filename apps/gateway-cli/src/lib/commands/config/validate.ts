import { existsSync } from 'node:fs'
import { renderIssues } from '@llm-gateway/config'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { exitCodes } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { ConfigStore } from '../../config-file/config-store.ts'
import { counted } from '../../usage/usage-view.ts'

export class ConfigValidate extends GatewayCommand {
  static override paths: string[][] = [['config', 'validate']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'check the configuration file and show every fault at its place',
    details: 'Variables are read from this environment, which need not be the one the server has.',
    examples: [
      ['The file in use', '$0 config validate'],
      ['Another one, before it is put in place', '$0 config validate --config=./new.yaml'],
    ],
  }

  strict: boolean = Option.Boolean('--strict', false, { description: 'fail on warnings too' })

  async execute(): Promise<number> {
    const { configFile: file } = this.places
    const explicit = this.configPath !== undefined
    // A file that was named and is not there is a fault, not a reason to make one.
    const store = explicit
      ? ConfigStore.at({ places: this.places, env: this.context.env, output: this.output })
      : await this.openConfig()
    const { text, result } = await store.snapshot()
    const issues = result.ok ? result.warnings : result.issues
    const valid = result.ok && (!this.strict || issues.length === 0)
    const errors = issues.filter(({ severity }) => severity === 'error').length
    const counts = `${counted(errors, 'error')}, ${counted(issues.length - errors, 'warning')}`
    const report = issues.length === 0 ? '' : `${renderIssues(issues, text, { file })}\n`
    this.output.result({ file, valid, issues }, `${report}${file}: ${valid ? 'valid' : 'not valid'} (${counts})`)
    if (valid) return exitCodes.ok
    return existsSync(file) ? exitCodes.failure : exitCodes.notFound
  }
}
