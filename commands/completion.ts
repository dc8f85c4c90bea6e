import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { completionTable } from '../src/cli/completion/completion-table.ts';
import { completionScript, shells } from '../src/cli/completion/scripts.ts';
import { packageRoot } from '../src/environment/project.ts';

export default class Completion extends BaseCommand {
  static override summary = 'Print a script that has a shell complete orders at the Tab key.';
  static override description =
    `Completes commands, flags, their values, environments, and the ids of orders that commands have seen; no command is run for it. Write the script again after an update.

bash: write it to a file, and source that in ~/.bashrc
zsh:  write it to a folder of fpath, with compinit in ~/.zshrc
fish: write it to its folder of completions`;
  static override examples = [
    "<%= config.bin %> completion bash > ~/.orders.bash && echo '. ~/.orders.bash' >> ~/.bashrc",
    '<%= config.bin %> completion zsh > "$fpath[1]/_orders"',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/orders.fish',
  ];
  static override baseFlags = {} as typeof BaseCommand.baseFlags;
  static override args = {
    shell: Args.string({ description: 'bash, zsh or fish', required: true, options: [...shells] }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const home = packageRoot();
    const read = (file: string) => JSON.parse(readFileSync(join(home, file), 'utf8'));
    const topics = read('package.json').oclif.topics;
    const table = completionTable(read('dist/commands.json'), topics);
    const shell = shells.find((each) => each === args.shell) ?? 'bash';
    this.out(completionScript(shell, { table, home }));
  }
}
