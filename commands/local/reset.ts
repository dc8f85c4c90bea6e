import { Flags } from '@oclif/core';
import { LocalCommand } from '../../src/cli/local/local-command.ts';
import { UserError } from '../../src/user-error.ts';

export default class LocalReset extends LocalCommand {
  static override description = 'Stop the local runtime and delete everything it keeps.';
  static override examples = ['<%= config.bin %> local reset --yes'];
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'delete without asking' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalReset);
    if (!flags.yes) {
      throw new UserError('This deletes every order of the local runtime.', {
        hint: 'orders local reset --yes',
        exit: 4,
        code: 'NeedsConfirmation',
      });
    }
    const { resetLocalRuntime } = await import('../../src/environment/local-runtime.ts');
    await resetLocalRuntime(this.root);
    if (flags.json) this.document({ reset: true });
    else this.out('reset\n');
  }
}
