import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { formatDeadLetters } from '../../src/cli/orders/dead-letters.ts';
import { examineDeadLetters } from '../../src/orders/dead-letters/redrive.ts';

export default class DeadLettersList extends BaseCommand {
  static override summary = 'List dead-letter messages and their redrive actions.';
  static override description =
    'A message stands for an order that could not be started, executed or recovered. Messages are kept for two weeks.';
  static override examples = [
    '<%= config.bin %> dead-letters list',
    '<%= config.bin %> dead-letters list --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(DeadLettersList);
    const target = await this.target(flags);
    const messages = await this.withStack(target, (stack) => examineDeadLetters(stack));
    if (flags.json) return this.document(messages);
    if (messages.length === 0) process.stderr.write('There are no dead-letter messages.\n');
    const { stdout: stream } = process;
    const header = stream.isTTY === true;
    const width = header ? stream.columns : undefined;
    this.out(formatDeadLetters(messages, { header, width, stream, now: Date.now() }));
    if (messages.length > 0) this.hint('orders dead-letters redrive');
  }
}
