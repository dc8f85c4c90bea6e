import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { buildCompletionTable } from '../src/cli/completion/completion-table.ts';
import { buildCompletionScript, shells } from '../src/cli/completion/scripts.ts';
import { packageRoot } from '../src/environment/project.ts';

export default class Completion extends BaseCommand {
  static override summary = 'Print a shell completion script.';
  static override description =
    'Completes commands, flags, environments and the ids of known orders. Source the script in ~/.bashrc (bash), or write it to a directory of fpath (zsh) or of completions (fish). Print it again after an update.';
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
    const home = packageRoot();
    const read = (file: string) => readFileSync(join(home, file), 'utf8');
    const { topics } = JSON.parse(read('package.json')).oclif;
    const table = buildCompletionTable(JSON.parse(read('dist/commands.json')), topics);
    const shell = shells.find((name) => name === args.shell) ?? 'bash';
    const completer = read('dist/completer.awk');
    this.out(buildCompletionScript(shell, { table, completer }));
  }
}
