import { Flags } from '@oclif/core';
import { BaseCommand, timeoutFlag } from '../src/cli/command/base-command.ts';
import { addEnvFlag } from '../src/cli/command/hints.ts';
import { roleArnFlag } from '../src/cli/deploy/deploy-flags.ts';
import {
  confirmDestroy,
  describeInventory,
  printDestroySummary,
} from '../src/cli/deploy/destroy.ts';
import { showStackOperation } from '../src/cli/deploy/stack-progress.ts';
import { checkDeletable, cleanUpWithoutStack, destroy } from '../src/deploy/destroy.ts';
import { readInventory } from '../src/deploy/inventory.ts';

export default class Destroy extends BaseCommand {
  static override summary = 'Delete the stack.';
  static override description =
    'The template retains the tables. The command lists everything that remains, with the commands to remove it. To remove the local runtime, use orders local stop and orders local reset.';
  static override examples = [
    '<%= config.bin %> destroy',
    '<%= config.bin %> destroy -e dev --confirm dev --running cancel',
    '<%= config.bin %> destroy --yes --json',
  ];
  static override flags = {
    confirm: Flags.string({
      description: 'name of the environment to destroy',
      helpValue: '<name>',
    }),
    yes: Flags.boolean({
      char: 'y',
      description: 'skip the confirmation (protected environments: --confirm)',
    }),
    running: Flags.option({ options: ['cancel', 'abort'] as const })({
      description: 'action for running orders (default: ask, else abort)',
    }),
    'role-arn': roleArnFlag(),
    force: Flags.boolean({ description: 'stop running orders without undoing their steps' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Destroy);
    const target = await this.target({ ...flags, roleArn: flags['role-arn'] });
    const inventory = await readInventory(target);
    if (!inventory) {
      const result = await cleanUpWithoutStack(target, { clear: flags.yes });
      if (flags.json) return this.document(result);
      return this.out(`Nothing to destroy: the stack ${result.stack} does not exist.\n`);
    }
    checkDeletable(inventory);
    process.stderr.write(describeInventory(inventory, target, process.stderr));
    await confirmDestroy(target, inventory, flags);
    const work = destroy(target, inventory, { force: flags.force });
    const result = await showStackOperation(work, {
      ui: this.ui(flags, process.stderr),
      timeoutMs: flags.timeout,
      again: addEnvFlag(target, 'orders destroy'),
      done: ({ stack }) => `Destroyed ${stack}`,
    });
    if (!result) return;
    if (flags.json) return this.document(result);
    printDestroySummary(result, target);
  }
}
