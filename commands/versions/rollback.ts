import { Args } from '@oclif/core';
import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { mark } from '../../src/cli/terminal/terminal.ts';
import { rollBack } from '../../src/deploy/roll-back.ts';

export default class VersionsRollback extends BaseCommand {
  static override summary = 'Route new orders to an older version.';
  static override description =
    'Running orders finish on their current version. The next deployment that publishes a version makes it live. Ends an open canary: the version before it gets all new orders, or the given version.';
  static override examples = [
    '<%= config.bin %> versions rollback',
    '<%= config.bin %> versions rollback 7 -e prod --confirm prod',
  ];
  static override args = {
    version: Args.string({ description: 'version to make live (default: the previous one)' }),
  };
  static override flags = {
    confirm: confirmFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(VersionsRollback);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    const moved = await this.withStack(target, (stack) => rollBack(stack, args.version));
    if (flags.json) return this.document(moved);
    if (moved.changed)
      this.out(`${mark('done', process.stdout)} live: version ${moved.to} (was ${moved.from})\n`);
    else this.note(`version ${moved.to} is already live: nothing was changed`);
    if (!moved.missesStock) return;
    this.note(
      `version ${moved.to} finds only the first item of a product's stock: it rejects orders although units are left`,
    );
    this.hint('for each product: orders inventory adjust PRODUCT --gather');
  }
}
