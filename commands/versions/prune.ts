import { Flags } from '@oclif/core';
import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag } from '../../src/cli/command/base-command.ts';
import { confirmChange } from '../../src/cli/command/confirm.ts';
import { mark } from '../../src/cli/terminal/terminal.ts';
import { deleteVersions, findPrunableVersions, listVersions } from '../../src/deploy/versions.ts';

export default class VersionsPrune extends BaseCommand {
  static override summary = 'Delete old versions without running orders.';
  static override examples = [
    '<%= config.bin %> versions prune --dry-run',
    '<%= config.bin %> versions prune --keep 5 --yes',
  ];
  static override flags = {
    keep: Flags.integer({
      description: 'newest versions of each function to keep',
      helpValue: '<n>',
      default: 3,
      min: 1,
    }),
    'dry-run': Flags.boolean({ description: 'list the versions without deleting them' }),
    yes: Flags.boolean({ char: 'y', description: 'skip the confirmation' }),
    confirm: confirmFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(VersionsPrune);
    const target = await this.target(flags);
    const versions = await this.withStack(target, (stack) => listVersions(stack));
    const going = findPrunableVersions(versions, flags.keep);
    const names = going.map(({ functionName, version }) => `${functionName}:${version}`);
    if (flags['dry-run'] || going.length === 0) {
      if (flags.json) return this.document({ removed: [], kept: [], prunable: names });
      return this.out(names.length > 0 ? `${names.join('\n')}\n` : 'Nothing to prune.\n');
    }
    announceTarget(target, flags);
    process.stderr.write(`${names.join('\n')}\n`);
    const count = names.length === 1 ? '1 version' : `${names.length} versions`;
    await confirmChange(target, flags, `Delete ${count}`);
    const { removed, kept } = await deleteVersions(target, going);
    const named = (list: typeof removed) =>
      list.map(({ functionName, version }) => `${functionName}:${version}`);
    if (flags.json) {
      return this.document({ removed: named(removed), kept: named(kept), prunable: names });
    }
    this.out(`${mark('done', process.stdout)} ${removed.length} deleted, ${kept.length} kept\n`);
  }
}
