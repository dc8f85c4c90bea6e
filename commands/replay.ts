import { Flags } from '@oclif/core';
import { BaseCommand, type GlobalFlags } from '../src/cli/command/base-command.ts';
import { ordersArg, readReferences } from '../src/cli/command/order-arguments.ts';
import { planFromFiles, planFromStack, type ReplayPlan } from '../src/cli/replay/plan-replay.ts';
import { formatReplayed, formatSummary } from '../src/cli/replay/replay-text.ts';
import {
  parseResults,
  replayExitCode,
  replayOne,
  runPlan,
  writeReports,
} from '../src/cli/replay/run-replay.ts';
import { parseTime } from '../src/cli/terminal/format-time.ts';
import { summarize } from '../src/replay/summary.ts';

/** Default port of Node's debugger, which editors and browsers look for. */
const inspectorPort = 9229;

interface ReplayOutput extends GlobalFlags {
  readonly inspect: boolean;
  readonly until?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly save?: string | undefined;
  readonly junit?: string | undefined;
  readonly sarif?: string | undefined;
}

export default class Replay extends BaseCommand {
  static override summary = 'Replay recorded orders against the local build.';
  static override description =
    'Runs the local build of the workflow over the recorded histories of orders, and reports whether it does the same. No step, callback or call is carried out: the replay has no credentials and no network. Without orders, it replays the executions of the last day. Exits with 14 if the code differs from a history.';
  static override examples = [
    '<%= config.bin %> replay latest',
    '<%= config.bin %> replay --running',
    '<%= config.bin %> replay --since 7d --sample 500 --sarif replay.sarif',
    '<%= config.bin %> replay --since 1d --save test/recordings',
    '<%= config.bin %> replay --from test/recordings --junit replay.xml',
    '<%= config.bin %> replay latest --set \'fraud-check={"score":75}\'',
    '<%= config.bin %> replay latest --inspect --until fraud-check',
    '<%= config.bin %> replay --function checkout:live --code build/checkout',
  ];
  static override args = { order: ordersArg() };
  static override flags = {
    running: Flags.boolean({ description: 'only executions that have not ended' }),
    failed: Flags.boolean({ description: 'only failed, stopped and timed-out executions' }),
    since: Flags.string({
      description: 'only executions started after this time (default: 1d)',
      helpValue: '<time|duration>',
    }),
    sample: Flags.integer({
      description: 'number of executions to choose at random',
      helpValue: '<n>',
      min: 1,
      max: 100_000,
    }),
    seed: Flags.integer({
      description: 'seed of the random choice (default: 1)',
      helpValue: '<n>',
      dependsOn: ['sample'],
    }),
    'read-rate': Flags.integer({
      description: 'histories read per second (quota: 15)',
      helpValue: '<n>',
      default: 14,
      min: 1,
    }),
    from: Flags.string({
      description: 'file or folder of stored recordings',
      helpValue: '<path>',
      exclusive: ['running', 'failed', 'since', 'sample', 'save', 'function'],
    }),
    save: Flags.string({
      description: 'folder to store the recordings in, redacted',
      helpValue: '<dir>',
    }),
    function: Flags.string({
      description: 'another durable function, with its alias or version',
      helpValue: '<name:qualifier>',
    }),
    code: Flags.string({ description: "folder of the function's code", helpValue: '<dir>' }),
    handler: Flags.string({
      description: 'handler in --code (default: index.handler)',
      helpValue: '<file.name>',
      dependsOn: ['from'],
    }),
    inspect: Flags.boolean({
      description: 'wait for a debugger and stop in the workflow',
      exclusive: ['json', 'junit', 'sarif', 'save'],
    }),
    until: Flags.string({
      description: 'operation at which the debugger stops',
      helpValue: '<name>',
      dependsOn: ['inspect'],
    }),
    set: Flags.string({
      description: 'assume another result of a step',
      helpValue: 'OPERATION=JSON',
      multiple: true,
      multipleNonGreedy: true,
      exclusive: ['json', 'junit', 'sarif', 'save'],
    }),
    junit: Flags.string({ description: 'file for a JUnit report', helpValue: '<file>' }),
    sarif: Flags.string({ description: 'file for a SARIF report', helpValue: '<file>' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Replay);
    const references = await readReferences(args.order ?? []);
    if (flags.from !== undefined) {
      const { handler = 'index.handler', code } = flags;
      return this.#replay(planFromFiles(flags.from, { handler, codeFolder: code }), flags, true);
    }
    const selection = {
      references,
      startedAfter: Date.parse(parseTime(flags.since ?? '1d')),
      running: flags.running,
      failed: flags.failed,
      sample: flags.sample,
      seed: flags.seed ?? 1,
      functionName: flags.function,
      codeFolder: flags.code,
      readRate: flags['read-rate'],
    };
    const target = await this.target(flags);
    await this.withStack(target, async (stack) => {
      const plan = await planFromStack(stack, selection);
      await this.#replay(plan, flags, references.length > 0);
    });
  }

  async #replay(plan: ReplayPlan, flags: ReplayOutput, showsAll: boolean): Promise<void> {
    if (flags.inspect || flags.set) {
      const debug = flags.inspect ? { port: inspectorPort, until: flags.until } : undefined;
      const replayed = await replayOne(plan, { results: parseResults(flags.set ?? []), debug });
      process.exitCode = replayExitCode([replayed]);
      if (replayed.hasMissedStop)
        this.note(`the code did not start "${flags.until ?? 'an operation'}"`);
      return this.out(formatReplayed(replayed));
    }
    const replays = await runPlan(plan, {
      ui: this.ui(flags, process.stderr),
      save: flags.save,
      onReplayed: (replayed) => {
        const isProblem = ['diverges', 'broken'].includes(replayed.verdict.verdict);
        if (!flags.json && (showsAll || isProblem)) this.out(formatReplayed(replayed));
      },
    });
    const summary = summarize(replays);
    writeReports(replays, flags);
    process.exitCode = replayExitCode(replays);
    if (!flags.json) return this.out(formatSummary(summary));
    const results = replays.map(({ execution, verdict }) => ({ ...execution, ...verdict }));
    this.document({ ...summary, replays: results });
  }
}
