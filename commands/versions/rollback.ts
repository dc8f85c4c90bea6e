import { Args, Flags } from '@oclif/core';
import { nameTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { mark } from '../../src/cli/terminal/terminal.ts';
import { rollBack } from '../../src/deploy/versions.ts';

export default class VersionsRollback extends BaseCommand {
  static override summary =
    'Have new orders run on an older version; those on their way end on theirs.';
  static override description =
    'Moves the alias. The next deployment that publishes a version moves it on again.';
  static override examples = [
    '<%= config.bin %> versions rollback',
    '<%= config.bin %> versions rollback 7 -e prod --confirm prod',
  ];
  static override args = {
    version: Args.string({ description: 'version to go to; the one before the live one without' }),
  };
  static override flags = {
    confirm: Flags.string({ description: 'name of the protected environment to change' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(VersionsRollback);
    const target = await this.target(flags);
    nameTarget(target, flags);
    await confirmProtected(target, flags);
    const moved = await this.withStack(target, (outputs) =>
      rollBack(target, outputs, args.version),
    );
    if (flags.json) return this.document(moved);
    this.out(`${mark('done', process.stdout)} live: version ${moved.to} (was ${moved.from})\n`);
  }
}
