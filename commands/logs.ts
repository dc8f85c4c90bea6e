import { Flags } from '@oclif/core';
import { BaseCommand, durationFlag, timeoutFlag } from '../src/cli/command/base-command.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import { replayModes } from '../src/cli/logs/log-writer.ts';
import { checkLogFlags, levelNames, showLogs } from '../src/cli/logs/logs.ts';
import { type LogSource, logSources } from '../src/orders/logs/entry.ts';

export default class Logs extends BaseCommand {
  static override summary = 'Show what the functions wrote to their logs, by order and step.';
  static override description =
    'Lines of both functions, in the order in which they were written. Without orders: of the last hour.';
  static override examples = [
    '<%= config.bin %> logs latest',
    '<%= config.bin %> logs --follow',
    '<%= config.bin %> logs --level warn --since 1d',
    '<%= config.bin %> logs order-7f3a --step process-payment',
    '<%= config.bin %> logs --source platform --grep error',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    follow: Flags.boolean({ char: 'f', description: 'print lines as they are written' }),
    step: Flags.string({
      description: 'only lines of this step; repeat it for more',
      multiple: true,
      multipleNonGreedy: true,
    }),
    level: Flags.option({ options: levelNames })({
      description: 'only lines of this level and above',
    }),
    grep: Flags.string({ description: 'only lines that match this regular expression' }),
    since: Flags.string({
      description: 'from then on: a time, or how long ago (default 1h, or the order)',
      helpValue: '<time|duration>',
    }),
    until: Flags.string({ description: 'up to then', helpValue: '<time|duration>' }),
    tail: Flags.integer({ description: 'only the last so many lines', min: 1 }),
    source: Flags.option({ options: logSources, multiple: true, delimiter: ',' })({
      description: 'whose lines; platform is what Lambda says of invocations',
      default: ['workflow', 'status'] as LogSource[],
    }),
    replays: Flags.option({ options: replayModes, default: 'hide' as const })({
      description: 'lines that a later invocation said again',
    }),
    raw: Flags.boolean({ description: 'the messages as they are', exclusive: ['json'] }),
    linger: durationFlag({
      description: 'with --follow and orders: go on so long after the last has ended',
      default: 10_000,
    }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs);
    checkLogFlags(flags);
    const references = await readReferences(args.order ?? []);
    const target = await this.target(flags);
    const ui = this.ui(flags, process.stdout);
    await this.withStack(target, (outputs) =>
      showLogs({ target, outputs }, references, { flags, ui }),
    );
  }
}
