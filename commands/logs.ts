import { Flags } from '@oclif/core';
import { BaseCommand, durationFlag, timeoutFlag } from '../src/cli/command/base-command.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import { replayModes } from '../src/cli/logs/log-writer.ts';
import { checkLogFlags, levelNames, showLogs } from '../src/cli/logs/logs.ts';
import { type LogSource, logSources } from '../src/orders/logs/entry.ts';

export default class Logs extends BaseCommand {
  static override summary = 'Show log lines by order and step.';
  static override description =
    'Prints the log lines of the functions in the order in which they were written. Without orders, prints the lines of the last hour. Lines that only report metrics are printed with --json and --raw only.';
  static override examples = [
    '<%= config.bin %> logs latest',
    '<%= config.bin %> logs --follow',
    '<%= config.bin %> logs --level warn --since 1d',
    '<%= config.bin %> logs order-7f3a --step process-payment',
    '<%= config.bin %> logs --source platform --grep error',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    follow: Flags.boolean({ char: 'f', description: 'print new lines until Ctrl-C' }),
    step: Flags.string({
      description: 'only lines of this step (repeatable)',
      helpValue: '<step>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    level: Flags.option({ options: levelNames })({
      description: 'only lines of this level or above',
    }),
    grep: Flags.string({
      description: 'only lines that match this regular expression',
      helpValue: '<regexp>',
    }),
    since: Flags.string({
      description: 'start of the period (default: order or 1h)',
      helpValue: '<time|duration>',
    }),
    until: Flags.string({
      description: 'end of the period',
      helpValue: '<time|duration>',
    }),
    tail: Flags.integer({ description: 'only the last lines', helpValue: '<n>', min: 1 }),
    source: Flags.option({ options: logSources, multiple: true, delimiter: ',' })({
      description: 'log source',
      default: ['workflow', 'intake', 'status'] as LogSource[],
    }),
    replays: Flags.option({ options: replayModes, default: 'hide' as const })({
      description: 'lines that a replay logged again',
    }),
    raw: Flags.boolean({ description: 'unmodified messages', exclusive: ['json'] }),
    linger: durationFlag({
      description: 'continue this long after the last order ends',
      default: 10_000,
      defaultHelp: async () => '10s',
    }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs);
    checkLogFlags(flags);
    const references = await readReferences(args.order ?? []);
    const target = await this.target(flags);
    const ui = this.ui(flags, process.stdout);
    await this.withStack(target, (stack) => showLogs(stack, references, { flags, ui }));
  }
}
