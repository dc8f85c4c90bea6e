import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { formatLetters } from '../../src/cli/orders/dead-letters.ts';
import { examineLetters } from '../../src/orders/dead-letters/redrive.ts';

export default class DeadLettersList extends BaseCommand {
  static override summary =
    'List the orders that nobody could process, and what a redrive does about each.';
  static override description =
    'A letter is an order that never started or whose execution did not succeed, or one that could not be recovered. It is kept for two weeks.';
  static override examples = [
    '<%= config.bin %> dead-letters list',
    '<%= config.bin %> dead-letters list --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(DeadLettersList);
    const target = await this.target(flags);
    const letters = await this.withStack(target, (outputs) => examineLetters(target, outputs));
    if (flags.json) return this.document(letters);
    if (letters.length === 0) process.stderr.write('There are no dead letters.\n');
    const { stdout: stream } = process;
    const header = stream.isTTY === true;
    const width = header ? stream.columns : undefined;
    this.out(formatLetters(letters, { header, width, stream, now: Date.now() }));
    if (letters.length > 0) this.hint('orders dead-letters redrive');
  }
}
