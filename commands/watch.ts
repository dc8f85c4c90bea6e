import { BaseCommand, timeoutFlag } from '../src/cli/base-command.ts';
import { follow, followMany } from '../src/cli/follow.ts';
import { ordersArg, readReferences } from '../src/cli/order-arguments.ts';
import { findOrders } from '../src/orders/find.ts';
import { UserError } from '../src/user-error.ts';

export default class Watch extends BaseCommand {
  static override summary = 'Watch orders on their way, and exit with how they ended.';
  static override description =
    'One order is shown in its workflow, several as a table; without any, a terminal shows the newest. Several that end differently exit 13.';
  static override examples = [
    '<%= config.bin %> watch latest',
    '<%= config.bin %> watch order-7f3a --json',
    '<%= config.bin %> watch latest @-2 @-3',
    '<%= config.bin %> list --running -o id | <%= config.bin %> watch -',
  ];
  static override args = { order: ordersArg() };
  static override flags = { timeout: timeoutFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Watch);
    const references = await readReferences(args.order ?? []);
    if (references.length === 0) {
      // A person sees which order it turns out to be; a script has to say.
      if (!process.stdout.isTTY) {
        throw new UserError('An order is required here.', { hint: 'orders watch latest' });
      }
      references.push('latest');
    }
    const target = await this.target(flags);
    await this.withStack(target, async (outputs) => {
      const found = await findOrders(target, outputs, references);
      const stream = process.stdout;
      const ui = flags.json ? 'json' : this.ui(flags, stream);
      const view = { ui, stream, timeoutMs: flags.timeout } as const;
      const [first, ...others] = found;
      if (first && others.length === 0) await follow({ target, outputs }, first, view);
      else await followMany({ target, outputs }, found, view);
    });
  }
}
