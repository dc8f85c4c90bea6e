import { Flags } from '@oclif/core';
import { announceTarget } from '../../src/cli/command/announce-target.ts';
import { BaseCommand, confirmFlag } from '../../src/cli/command/base-command.ts';
import { confirmProtected } from '../../src/cli/command/confirm.ts';
import { ordersArg, readReferences } from '../../src/cli/command/order-arguments.ts';
import {
  confirmRedrive,
  formatRedriven,
  selectDeadLetters,
} from '../../src/cli/orders/dead-letters.ts';
import { examineDeadLetters, redriveDeadLetters } from '../../src/orders/dead-letters/redrive.ts';

export default class DeadLettersRedrive extends BaseCommand {
  static override summary = 'Redrive dead letters: retry, recover or remove.';
  static override description =
    'Without orders, redrives all messages. An order that never started is started. An order that failed technically and was undone is resubmitted under a new id. An unfinished order is recovered. Obsolete messages are removed; a message without a possible action is kept (exit 13).';
  static override examples = [
    '<%= config.bin %> dead-letters redrive order-7f3a2k9qmx',
    '<%= config.bin %> dead-letters redrive --yes',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'skip the confirmation for all messages' }),
    confirm: confirmFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DeadLettersRedrive);
    const ids = await readReferences(args.order ?? []);
    const target = await this.target(flags);
    announceTarget(target, flags);
    await confirmProtected(target, flags);
    await this.withStack(target, async (stack) => {
      const messages = selectDeadLetters(await examineDeadLetters(stack), ids);
      if (messages.length > 0 && ids.length === 0) await confirmRedrive(messages, flags);
      const messageIds = new Set(messages.map(({ messageId }) => messageId));
      const redriven = messages.length === 0 ? [] : await redriveDeadLetters(stack, messageIds);
      if (redriven.some(({ result }) => result === 'left')) process.exitCode = 13;
      if (flags.json) return this.document(redriven);
      if (redriven.length === 0) process.stderr.write('There are no dead-letter messages.\n');
      for (const result of redriven) this.out(formatRedriven(result));
      const started = redriven.find(({ as }) => as !== undefined);
      if (started) this.hint(`orders watch ${started.as}`);
    });
  }
}
