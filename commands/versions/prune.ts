import { Flags } from '@oclif/core';
import { nameTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { confirmChange } from '../../src/cli/command/confirm.ts';
import { mark } from '../../src/cli/terminal/terminal.ts';
import { listVersions, prunable, prune } from '../../src/deploy/versions.ts';

export default class VersionsPrune extends BaseCommand {
  static override summary = 'Delete old versions that no order runs on any more.';
  static override examples = [
    '<%= config.bin %> versions prune --dry-run',
    '<%= config.bin %> versions prune --keep 5 --yes',
  ];
  static override flags = {
    keep: Flags.integer({
      description: 'how many of the newest versions of each function stay in any case',
      default: 3,
      min: 1,
    }),
    'dry-run': Flags.boolean({ description: 'say which would go, and delete nothing' }),
    yes: Flags.boolean({ char: 'y', description: 'delete without asking' }),
    confirm: Flags.string({ description: 'name of the protected environment to change' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(VersionsPrune);
    const target = await this.target(flags);
    const versions = await this.withStack(target, (outputs) => listVersions(target, outputs));
    const going = prunable(versions, flags.keep);
    const names = going.map(({ functionName, version }) => `${functionName}:${version}`);
    if (flags['dry-run'] || going.length === 0) {
      if (flags.json) return this.document({ removed: [], kept: [], prunable: names });
      return this.out(names.length > 0 ? `${names.join('\n')}\n` : 'Nothing to prune.\n');
    }
    nameTarget(target, flags);
    process.stderr.write(`${names.join('\n')}\n`);
    const versionsOf = names.length === 1 ? '1 version' : `${names.length} versions`;
    await confirmChange(target, flags, `Delete ${versionsOf}`);
    const { removed, kept } = await prune(target, going);
    const named = (list: typeof removed) =>
      list.map(({ functionName, version }) => `${functionName}:${version}`);
    if (flags.json) {
      return this.document({ removed: named(removed), kept: named(kept), prunable: names });
    }
    this.out(`${mark('done', process.stdout)} ${removed.length} deleted, ${kept.length} kept\n`);
  }
}
