import { Flags } from '@oclif/core';
import { BaseCommand, durationFlag, timeoutFlag } from '../src/cli/command/base-command.ts';
import { confirmProtected } from '../src/cli/command/confirm.ts';
import { hintFor } from '../src/cli/command/hints.ts';
import { exitOfLook, interruptible } from '../src/cli/command/interrupt.ts';
import { formatDryRun } from '../src/cli/load-test/dry-run-text.ts';
import { loadOptions, parseRate, rerunCommand } from '../src/cli/load-test/flags.ts';
import { showLoadTest } from '../src/cli/load-test/load-test.ts';
import { describeLoad } from '../src/cli/load-test/report-text.ts';
import { LoadRun } from '../src/cli/load-test/run-files.ts';
import type { Target } from '../src/environment/target.ts';
import { type Goal, goals } from '../src/orders/load-test/follow-until.ts';
import { defaultMix } from '../src/orders/load-test/mix.ts';
import type { LoadOptions } from '../src/orders/load-test/run.ts';

export default class LoadTest extends BaseCommand {
  static override summary =
    'Submit many orders at once, follow them to their ends, and check that none was lost or mixed up.';
  static override description =
    'Exits 99 when a check fails: an order that fails because its sample asks for it is no fault. The same seed is the same orders; where it was used before, they get new ids.';
  static override examples = [
    '<%= config.bin %> load-test --count 5',
    '<%= config.bin %> load-test --count 200 --concurrency 20 --mix low=70,high=20,payment-declined=10',
    '<%= config.bin %> load-test --count 600 --rate 10 --threshold "p95(e2e)<10m" --threshold "count(lost)==0"',
    '<%= config.bin %> load-test --rate 30/m --duration 10m --ramp 1m --warmup 5 --until shipped',
    '<%= config.bin %> load-test --file orders.jsonl --dry-run',
    '<%= config.bin %> load-test --count 50 --seed 42 --json > records.ndjson',
  ];
  static override flags = {
    count: Flags.integer({
      char: 'n',
      description: 'how many orders (default: 5, or those of --file once)',
      min: 1,
      max: 50_000,
    }),
    concurrency: Flags.integer({
      description: 'how many submissions at once (default: all, at most 50)',
      min: 1,
      max: 50,
    }),
    mix: Flags.string({
      description: `samples with their shares (default: ${defaultMix})`,
      helpValue: 'SAMPLE=SHARE,…',
    }),
    file: Flags.string({
      description: 'orders of your own, in turn: a JSON list or one a line; - reads stdin',
      helpValue: 'FILE',
    }),
    seed: Flags.integer({
      description: 'makes the same orders again (default: chance, printed)',
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
    via: Flags.option({ options: ['invoke', 'api'] as const, default: 'invoke' as const })({
      description: 'how the orders are handed over',
    }),
    rate: Flags.custom<number>({ parse: async (text) => parseRate(text), helpValue: 'N[/s|/m]' })({
      description: 'orders a second, sent on schedule whatever became of those before',
    }),
    duration: durationFlag({ description: 'send orders for this long instead of a --count' }),
    ramp: durationFlag({ description: 'how long the --rate takes to rise from nothing' }),
    until: Flags.option({ options: goals, default: 'terminal' as Goal })({
      description: 'how far orders are followed; a later check is not judged',
      helpValue: 'accepted|STATUS|terminal',
    }),
    warmup: Flags.integer({
      description: 'so many orders first, which are in no figure',
      default: 0,
      min: 0,
      max: 1000,
    }),
    threshold: Flags.string({
      description:
        'what must hold, as p95(e2e)<10m, rate(failed)<5% or count(lost)==0 (else exit 99)',
      helpValue: 'EXPRESSION',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'abort-on-threshold': Flags.boolean({
      description: 'end the test as soon as a threshold is broken',
    }),
    report: Flags.boolean({
      description: 'keep the report as HTML and JSON under .orders/runs',
      default: true,
      allowNo: true,
    }),
    'dry-run': Flags.boolean({
      description: 'say what it would take, in time, work, money and quotas; submit nothing',
    }),
    confirm: Flags.string({ description: 'name of the protected environment to load' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LoadTest);
    const options = loadOptions(flags);
    const target = await this.target(flags);
    if (flags['dry-run']) return this.#dryRun(target, options, flags);
    await confirmProtected(target, flags);
    if (target.deploysItself) await this.noteStale(target);
    const chosen = this.ui(flags, process.stderr);
    // Records say the same as plain lines.
    const ui = flags.json && chosen === 'plain' ? 'quiet' : chosen;
    const run = flags.report ? new LoadRun(target.root, target.label) : undefined;
    const result = await this.withStack(target, (outputs) =>
      showLoadTest({ target, outputs }, options, {
        ui,
        json: flags.json,
        timeoutMs: flags.timeout,
        run,
      }),
    );
    if (!result || flags.json) return;
    this.out(describeLoad(result.report, process.stdout));
    if (result.files) process.stderr.write(`  ${result.files.html}\n`);
    // What came by stdin is gone.
    if (flags.file === '-') return;
    const { seed, count } = options;
    const again = { ...flags, seed, count: flags.duration === undefined ? count : undefined };
    this.hint(hintFor(target, rerunCommand(again)));
  }

  async #dryRun(
    target: Target,
    options: Omit<LoadOptions, 'signal'>,
    flags: { readonly json: boolean; readonly timeout?: number | undefined },
  ): Promise<void> {
    const { dryRun } = await import('../src/orders/load-test/dry-run.ts');
    const { measureHere } = await import('../src/cli/orders/measure-locally.ts');
    const { signal, release } = interruptible(flags.timeout);
    try {
      const plan = await dryRun(target, options, (orders) => {
        const kinds = orders.length === 1 ? 'an order' : `orders of ${orders.length} kinds`;
        this.hint(`measuring ${kinds} on a local runtime of its own`);
        return measureHere(target.root, { orders, signal });
      });
      if (flags.json) return this.document(plan);
      const { stdout: stream } = process;
      const width = stream.isTTY ? stream.columns : undefined;
      this.out(formatDryRun(plan, { header: true, width, stream }));
    } catch (error) {
      if (!signal.aborted) throw error;
      process.exitCode = exitOfLook(signal);
    } finally {
      release();
    }
  }
}
