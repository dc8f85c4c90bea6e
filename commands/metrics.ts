import { Flags } from '@oclif/core';
import { BaseCommand, durationFlag, timeoutFlag } from '../src/cli/command/base-command.ts';
import { formatMetrics, readMetrics, watchMetrics } from '../src/cli/metrics/metrics.ts';
import { parseTime } from '../src/cli/terminal/format-time.ts';
import { UserError } from '../src/user-error.ts';

export default class Metrics extends BaseCommand {
  static override summary = 'Show order counts, durations and quota use.';
  static override description =
    'Reads the orders created since --since from the orders table, at most the newest 10,000. Durations include completed orders only; a step starts at the previous status. Limits are the defaults that Lambda documents.';
  static override examples = [
    '<%= config.bin %> metrics',
    '<%= config.bin %> metrics --since 1d --retries --json',
    '<%= config.bin %> metrics --watch',
  ];
  static override flags = {
    since: Flags.string({
      description: 'only orders created after this time',
      default: '1h',
      helpValue: '<time|duration>',
    }),
    retries: Flags.boolean({ description: 'include step retries, from the workflow log' }),
    watch: Flags.boolean({ char: 'w', description: 'update until Ctrl-C' }),
    every: durationFlag({
      description: 'polling interval of --watch',
      default: 5000,
      defaultHelp: async () => '5s',
    }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Metrics);
    parseTime(flags.since);
    if (flags.every < 1000) {
      throw new UserError('--every must be at least 1s.', { hint: 'orders metrics --watch' });
    }
    const target = await this.target(flags);
    await this.withStack(target, async (stack) => {
      if (flags.watch) return watchMetrics(stack, flags, this.ui(flags, process.stdout));
      const metrics = await readMetrics(stack, flags);
      if (flags.json) return this.document(metrics);
      this.out(formatMetrics(metrics, target));
    });
  }
}
