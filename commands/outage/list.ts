import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { formatOutages } from '../../src/cli/orders/outage-text.ts';
import { listOutages } from '../../src/orders/actions/outages.ts';

export default class OutageList extends BaseCommand {
  static override summary = 'List the simulated outages.';
  static override description =
    'Lists the outages that orders outage start has begun. For real outages see orders metrics and orders doctor.';
  static override examples = ['<%= config.bin %> outage list'];

  async run(): Promise<void> {
    const { flags } = await this.parse(OutageList);
    const target = await this.target(flags);
    const outages = await this.withStack(target, (stack) => listOutages(stack));
    if (flags.json) return this.document(outages);
    if (outages.length === 0) process.stderr.write('There are no simulated outages.\n');
    this.out(formatOutages(outages, Date.now()));
  }
}
