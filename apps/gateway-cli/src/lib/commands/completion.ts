import { Option, type Usage } from '../command-line/clipanion.ts'
import { completionScript, shells } from '../command-line/completion-script.ts'
import { CliError } from '../command-line/error.ts'
import { GatewayCommand } from '../command-line/gateway-command.ts'

export class Completion extends GatewayCommand {
  static override paths: string[][] = [['completion']]
  static override usage: Usage = {
    category: 'Tools',
    description: 'print a script that completes commands and flags in bash, zsh or fish',
    examples: [
      ['bash: in ~/.bashrc', 'source <($0 completion bash)'],
      ['zsh: in ~/.zshrc, after compinit', 'source <($0 completion zsh)'],
      ['fish', '$0 completion fish > ~/.config/fish/completions/llm-gateway.fish'],
    ],
  }

  shell: string = Option.String({ name: 'shell' })

  async execute(): Promise<number> {
    const shell = shells.find((each) => each === this.shell)
    if (shell === undefined)
      throw new CliError('USAGE', `there is no completion for "${this.shell}"; there is for ${shells.join(', ')}`)
    const script = completionScript(shell, this.context.specs())
    this.output.result({ shell, script }, script)
    return 0
  }
}
