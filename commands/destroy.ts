import { Flags } from '@oclif/core';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { hintFor } from '../src/cli/command/hints.ts';
import { confirmDestroy, describeInventory, tellDestroyed } from '../src/cli/deploy/destroy.ts';
import { showStackWork } from '../src/cli/deploy/stack-progress.ts';
import { checkDeletable, destroy, nothingToDestroy } from '../src/deploy/destroy.ts';
import { takeInventory } from '../src/deploy/inventory.ts';

export default class Destroy extends BaseCommand {
  static override summary = 'Delete the stack: say what goes and what stays, ask, and show it go.';
  static override description =
    'Tables stay, as the template says; what remains is named with the command that removes it. The local runtime itself is stopped and deleted by orders local stop and orders local reset.';
  static override examples = [
    '<%= config.bin %> destroy',
    '<%= config.bin %> destroy -e dev --confirm dev --running cancel',
    '<%= config.bin %> destroy --yes --json',
  ];
  static override flags = {
    confirm: Flags.string({ description: 'name of the environment, instead of typing it' }),
    yes: Flags.boolean({
      char: 'y',
      description: 'destroy without asking; not enough for a protected environment',
    }),
    running: Flags.option({ options: ['cancel', 'abort'] as const })({
      description:
        'what to do about orders on their way: cancel undoes them (default: ask, else abort)',
    }),
    force: Flags.boolean({ description: 'stop orders on their way as they are, undoing nothing' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Destroy);
    const target = await this.target(flags);
    const inventory = await takeInventory(target);
    if (!inventory) {
      const result = await nothingToDestroy(target, { clear: flags.yes });
      if (flags.json) return this.document(result);
      return this.out(`Nothing to destroy: there is no stack ${result.stack}.\n`);
    }
    checkDeletable(inventory);
    process.stderr.write(describeInventory(inventory, target, process.stderr));
    await confirmDestroy(target, inventory, flags);
    const work = destroy(target, inventory, { force: flags.force });
    const result = await showStackWork(work, {
      ui: this.ui(flags, process.stderr),
      timeoutMs: flags.timeout,
      again: hintFor(target, 'orders destroy'),
      done: ({ stack }) => `Destroyed ${stack}`,
    });
    if (!result) return;
    if (flags.json) return this.document(result);
    tellDestroyed(result, target);
  }
}
