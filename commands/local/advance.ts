import { Args } from '@oclif/core';
import { LocalCommand } from '../../src/cli/local/local-command.ts';
import { parseDuration } from '../../src/cli/terminal/format-time.ts';
import { UserError } from '../../src/user-error.ts';

export default class LocalAdvance extends LocalCommand {
  static override summary = 'Move the local clock forward.';
  static override description = 'Waits that are due at the new time end immediately.';
  static override examples = ['<%= config.bin %> local advance 5m'];
  static override args = {
    duration: Args.string({ required: true, description: 'how far: 90s, 5m, 1h30m' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(LocalAdvance);
    const { advanceRuntime } = await import('../../src/local/runtime/launch.ts');
    const ms = parseDuration(args.duration);
    if (!(await advanceRuntime(this.root, ms))) {
      throw new UserError('The local runtime is not running.', {
        hint: 'orders local start',
        exit: 3,
        code: 'NotRunning',
      });
    }
    if (flags.json) this.document({ advancedMs: ms });
    else this.out(`Advanced by ${args.duration}.\n`);
  }
}
