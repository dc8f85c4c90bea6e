import { Flags } from '@oclif/core';
import { nameTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { ordersArg, readReferences } from '../../src/cli/command/order-arguments.ts';
import { chooseLetters, confirmRedrive, redrivenLine } from '../../src/cli/orders/dead-letters.ts';
import { examineLetters, redriveLetters } from '../../src/orders/dead-letters/redrive.ts';

export default class DeadLettersRedrive extends BaseCommand {
  static override summary =
    'Do again what could not be done, for all dead letters or those of some orders.';
  static override description =
    'An order that never started is started; one that failed for no reason of the business and was undone is placed anew, under a new id; one that stands half done is recovered. A letter that needs nothing any more is removed, one that nothing can be done about stays (exit 13).';
  static override examples = [
    '<%= config.bin %> dead-letters redrive order-7f3a2k9qmx',
    '<%= config.bin %> dead-letters redrive --yes',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'do not ask about all letters' }),
    confirm: Flags.string({ description: 'name of the protected environment to change' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DeadLettersRedrive);
    const ids = await readReferences(args.order ?? []);
    const target = await this.target(flags);
    nameTarget(target, flags);
    await confirmProtected(target, flags);
    await this.withStack(target, async (outputs) => {
      const letters = chooseLetters(await examineLetters(target, outputs), ids);
      if (letters.length > 0 && ids.length === 0) await confirmRedrive(letters, flags);
      const messageIds = new Set(letters.map(({ messageId }) => messageId));
      const redriven =
        letters.length === 0 ? [] : await redriveLetters(target, outputs, messageIds);
      if (redriven.some(({ result }) => result === 'left')) process.exitCode = 13;
      if (flags.json) return this.document(redriven);
      if (redriven.length === 0) process.stderr.write('There are no dead letters.\n');
      for (const each of redriven) this.out(redrivenLine(each));
      const started = redriven.find(({ as }) => as !== undefined);
      if (started) this.hint(`orders watch ${started.as}`);
    });
  }
}
