import { Flags } from '@oclif/core';
import {
  BaseCommand,
  confirmFlag,
  durationFlag,
  timeoutFlag,
} from '../src/cli/command/base-command.ts';
import { confirmProtected } from '../src/cli/command/confirm.ts';
import { addEnvFlag } from '../src/cli/command/hints.ts';
import { interruptExitCode, listenForInterrupt } from '../src/cli/command/interrupt.ts';
import { formatDryRun } from '../src/cli/load-test/dry-run-text.ts';
import { buildRerunCommand, parseRate, readLoadOptions } from '../src/cli/load-test/flags.ts';
import { isConstantRate, type LoadFlags } from '../src/cli/load-test/load-flags.ts';
import { showLoadTest } from '../src/cli/load-test/load-test.ts';
import { formatLoadReport } from '../src/cli/load-test/report-text.ts';
import { ReportWriter } from '../src/cli/load-test/report-writer.ts';
import type { Target } from '../src/environment/target.ts';
import { type FollowUntil, followUntilValues } from '../src/orders/load-test/follow-until.ts';
import type { LoadOptions } from '../src/orders/load-test/load-options.ts';
import { defaultMix } from '../src/orders/load-test/mix.ts';

export default class LoadTest extends BaseCommand {
  static override summary = 'Run a load test and check every order.';
  static override description =
    'Exits 99 if a check or threshold fails. An order that its sample makes fail counts as correct. The same seed submits the same orders, with new ids if it was used before.';
  static override examples = [
    '<%= config.bin %> load-test --count 5',
    '<%= config.bin %> load-test --count 200 --mix low=70,high=20,payment-declined=10',
    '<%= config.bin %> load-test --count 600 --rate 10 --threshold "p95(e2e)<10m"',
    '<%= config.bin %> load-test --rate 30/m --duration 10m --ramp 1m --until shipped',
    '<%= config.bin %> load-test --file orders.jsonl --dry-run',
    '<%= config.bin %> load-test --dry-run --rate 1000',
    '<%= config.bin %> load-test --count 50 --seed 42 --json > records.ndjson',
  ];
  static override flags = {
    count: Flags.integer({
      char: 'n',
      description: 'number of orders (default: 5, or all in --file)',
      helpValue: '<n>',
      min: 1,
      max: 50_000,
    }),
    concurrency: Flags.integer({
      description: 'parallel submissions (default: all, at most 50)',
      helpValue: '<n>',
      min: 1,
      max: 50,
    }),
    mix: Flags.string({
      description: `samples with their shares (default: ${defaultMix})`,
      helpValue: 'SAMPLE=SHARE,…',
    }),
    file: Flags.string({
      description: 'orders to submit, as JSON or NDJSON (-: stdin)',
      helpValue: '<file>',
    }),
    seed: Flags.integer({
      description: 'reproduces the same orders (default: random)',
      helpValue: '<n>',
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
    via: Flags.option({ options: ['invoke', 'api'] as const, default: 'invoke' as const })({
      description: 'submit by Lambda invoke or through the API',
    }),
    rate: Flags.custom<number>({ parse: async (text) => parseRate(text), helpValue: 'N[/s|/m]' })({
      description: 'orders per second on a fixed schedule',
    }),
    duration: durationFlag({ description: 'submit for this long, instead of --count' }),
    ramp: durationFlag({ description: 'time in which --rate rises from zero' }),
    until: Flags.option({ options: followUntilValues, default: 'terminal' as FollowUntil })({
      description: 'watch up to this status or accepted; skips later checks',
      helpValue: '<status>',
    }),
    warmup: Flags.integer({
      description: 'warm-up orders, excluded from the statistics',
      helpValue: '<n>',
      default: 0,
      min: 0,
      max: 1000,
    }),
    threshold: Flags.string({
      description: 'limit such as p95(e2e)<10m or count(lost)==0',
      helpValue: '<expression>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'abort-on-threshold': Flags.boolean({
      description: 'stop the test when a threshold is exceeded',
    }),
    report: Flags.boolean({
      description: 'write HTML and JSON reports to .orders/runs',
      default: true,
      allowNo: true,
    }),
    'dry-run': Flags.boolean({
      description: 'estimate, submit nothing; with only --rate: all quotas',
    }),
    confirm: confirmFlag({ description: 'name of the protected environment to load' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LoadTest);
    if (flags['dry-run'] && isConstantRate(flags)) return this.#planScale(flags);
    const options = readLoadOptions(flags);
    const target = await this.target(flags);
    if (flags['dry-run']) return this.#dryRun(target, options, flags);
    await confirmProtected(target, flags);
    if (target.autoDeploys) await this.noteStale(target);
    const chosen = this.ui(flags, process.stderr);
    // The JSON records replace the plain progress lines.
    const ui = flags.json && chosen === 'plain' ? 'quiet' : chosen;
    const reportWriter = flags.report ? new ReportWriter(target.root, target.label) : undefined;
    const { seed, count } = options;
    const again = { ...flags, seed, count: flags.duration === undefined ? count : undefined };
    const command = addEnvFlag(target, buildRerunCommand(again));
    const test = { ...options, command, toolVersion: this.config.version };
    const result = await this.withStack(target, (stack) =>
      showLoadTest(stack, test, {
        ui,
        json: flags.json,
        timeoutMs: flags.timeout,
        reportWriter,
      }),
    );
    if (!result || flags.json) return;
    this.out(formatLoadReport(result.report, process.stdout));
    if (result.files) process.stderr.write(`  ${result.files.html}\n`);
    // A test with orders from stdin cannot be repeated by a command.
    if (flags.file !== '-') this.hint(command);
  }

  async #planScale(flags: LoadFlags & { readonly json: boolean }): Promise<void> {
    const { readScalePlan } = await import('../src/cli/load-test/scale-plan.ts');
    const { formatScalePlan } = await import('../src/cli/load-test/scale-text.ts');
    const plan = readScalePlan(flags, { cwd: process.cwd(), variables: process.env });
    if (flags.json) this.document(plan);
    else {
      const { stdout: stream } = process;
      const width = stream.isTTY ? stream.columns : undefined;
      this.out(formatScalePlan(plan, { header: true, width, stream }));
    }
  }

  async #dryRun(
    target: Target,
    options: Omit<LoadOptions, 'signal'>,
    flags: { readonly json: boolean; readonly timeout?: number | undefined },
  ): Promise<void> {
    const { dryRun } = await import('../src/orders/load-test/dry-run.ts');
    const { measureLocally } = await import('../src/cli/orders/measure-locally.ts');
    const { signal, release } = listenForInterrupt(flags.timeout);
    try {
      const plan = await dryRun(target, options, (orders) => {
        const kinds = orders.length === 1 ? 'an order' : `${orders.length} kinds of orders`;
        this.hint(`measuring ${kinds} on a temporary local runtime`);
        return measureLocally(target.root, { orders, signal });
      });
      if (flags.json) return this.document(plan);
      const { stdout: stream } = process;
      const width = stream.isTTY ? stream.columns : undefined;
      this.out(formatDryRun(plan, { header: true, width, stream }));
    } catch (error) {
      if (!signal.aborted) throw error;
      process.exitCode = interruptExitCode(signal);
    } finally {
      release();
    }
  }
}
