import { Flags } from '@oclif/core';
import { BaseCommand, durationFlag, timeoutFlag } from '../src/cli/command/base-command.ts';
import { describeMetrics, readMetrics, watchMetrics } from '../src/cli/metrics/metrics.ts';
import { parseMoment } from '../src/cli/terminal/format-time.ts';
import { UserError } from '../src/user-error.ts';

export default class Metrics extends BaseCommand {
  static override summary =
    'Count orders: how they ended, how long they took, what of quotas is used.';
  static override description =
    'From the orders table, as of now: orders created since --since, the newest 10,000 of them. Times are of orders that completed; a step counts from the status before it. Limits are the defaults that Lambda documents.';
  static override examples = [
    '<%= config.bin %> metrics',
    '<%= config.bin %> metrics --since 1d --retries --json',
    '<%= config.bin %> metrics --watch',
  ];
  static override flags = {
    since: Flags.string({
      description: 'orders created since then: a time, or how long ago',
      default: '1h',
      helpValue: '<time|duration>',
    }),
    retries: Flags.boolean({
      description: 'also how often steps were tried again, from the log of the workflow',
    }),
    watch: Flags.boolean({ char: 'w', description: 'look again and again' }),
    every: durationFlag({ description: 'with --watch: how often to look (default 5s)' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Metrics);
    parseMoment(flags.since);
    const { every = 5000 } = flags;
    if (every < 1000) {
      throw new UserError('--every is at least a second.', { hint: 'orders metrics --watch' });
    }
    const target = await this.target(flags);
    await this.withStack(target, async (outputs) => {
      const where = { target, outputs };
      if (flags.watch)
        return watchMetrics(where, { ...flags, every }, this.ui(flags, process.stdout));
      const metrics = await readMetrics(where, flags);
      if (flags.json) return this.document(metrics);
      this.out(describeMetrics(metrics, target));
    });
  }
}
