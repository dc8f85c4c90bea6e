import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { readCompletionScript } from '../src/cli/completion/read-script.ts';
import { shells } from '../src/cli/completion/scripts.ts';
import { packageRoot } from '../src/environment/project.ts';

export default class Completion extends BaseCommand {
  static override summary = 'Print a shell completion script.';
  static override description =
    'Completes commands, flags, environments, parameters and the ids of known orders. "orders completion install" sets it up. By hand: source the script in ~/.bashrc (bash), or write it to a directory of fpath (zsh) or of completions (fish). Print it again after an update.';
  static override examples = [
    '<%= config.bin %> completion bash > ~/.orders.bash',
    '<%= config.bin %> completion zsh > "$fpath[1]/_orders"',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/orders.fish',
  ];
  static override baseFlags = {} as typeof BaseCommand.baseFlags;
  static override args = {
    shell: Args.string({ description: 'your shell', required: true, options: [...shells] }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const shell = shells.find((name) => name === args.shell) ?? 'bash';
    this.out(readCompletionScript(shell, packageRoot()));
  }
}
