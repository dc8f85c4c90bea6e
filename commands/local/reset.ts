import { Flags } from '@oclif/core';
import { confirmYes } from '../../src/cli/command/confirm.ts';
import { LocalCommand } from '../../src/cli/local/local-command.ts';

export default class LocalReset extends LocalCommand {
  static override summary = 'Stop the local runtime and delete its data.';
  static override examples = ['<%= config.bin %> local reset --yes'];
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'skip the confirmation' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalReset);
    if (!flags.yes) {
      await confirmYes(flags, {
        question: 'Delete every order of the local runtime?',
        nonInteractiveMessage: 'Deleting every order of the local runtime requires confirmation.',
        hint: 'orders local reset --yes',
      });
    }
    const { resetLocalRuntime } = await import('../../src/environment/local-runtime.ts');
    await resetLocalRuntime(this.root);
    if (flags.json) this.document({ reset: true });
    else this.out('Reset.\n');
  }
}
