import { randomInt } from 'node:crypto';
import { Flags } from '@oclif/core';
import { BaseCommand, timeoutFlag } from '../src/cli/base-command.ts';
import { confirmProtected } from '../src/cli/confirm.ts';
import { hintFor } from '../src/cli/hints.ts';
import { describeLoad } from '../src/cli/load-report.ts';
import { LoadRun } from '../src/cli/load-runs.ts';
import { rerunCommand, showLoadTest } from '../src/cli/load-test.ts';
import { defaultMix, parseMix } from '../src/orders/load-test/mix.ts';
import { parseThreshold } from '../src/orders/load-test/thresholds.ts';
import { UserError } from '../src/user-error.ts';

export default class LoadTest extends BaseCommand {
  static override summary =
    'Submit many orders at once, follow them to their ends, and check that none was lost or mixed up.';
  static override description =
    'Exits 99 when a check fails: an order that fails because its sample asks for it is no fault. The same seed is the same orders; where it was used before, they get new ids.';
  static override examples = [
    '<%= config.bin %> load-test --count 5',
    '<%= config.bin %> load-test --count 200 --concurrency 20 --mix low=70,high=20,payment-declined=10',
    '<%= config.bin %> load-test --count 600 --rate 10 --threshold "p95(e2e)<10m" --threshold "count(lost)==0"',
    '<%= config.bin %> load-test --count 50 --seed 42 --json > records.ndjson',
  ];
  static override flags = {
    count: Flags.integer({
      char: 'n',
      description: 'how many orders',
      default: 5,
      min: 1,
      max: 10_000,
    }),
    concurrency: Flags.integer({
      description: 'how many submissions at once (default: all, at most 50)',
      min: 1,
      max: 50,
    }),
    mix: Flags.string({
      description: 'samples with their shares',
      default: defaultMix,
      helpValue: 'SAMPLE=SHARE,…',
    }),
    seed: Flags.integer({
      description: 'makes the same orders again (default: chance, printed)',
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
    via: Flags.option({ options: ['invoke', 'api'] as const, default: 'invoke' as const })({
      description: 'how the orders are handed over',
    }),
    rate: Flags.integer({
      description: 'orders a second, sent on schedule whatever became of those before',
      min: 1,
    }),
    threshold: Flags.string({
      description:
        'what must hold, as p95(e2e)<10m, rate(failed)<5% or count(lost)==0 (else exit 99)',
      helpValue: 'EXPRESSION',
      multiple: true,
      multipleNonGreedy: true,
    }),
    report: Flags.boolean({
      description: 'keep the report as HTML and JSON under .orders/runs',
      default: true,
      allowNo: true,
    }),
    confirm: Flags.string({ description: 'name of the protected environment to load' }),
    timeout: timeoutFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LoadTest);
    const { count, via, seed = randomInt(100_000) } = flags;
    const mix = parseMix(flags.mix);
    const thresholds = (flags.threshold ?? []).map(parseThreshold);
    refuseRate(flags.rate);
    const concurrency = Math.min(flags.concurrency ?? 50, count);
    const target = await this.target(flags);
    await confirmProtected(target, flags);
    if (target.deploysItself) await this.noteStale(target);
    const chosen = this.ui(flags, process.stderr);
    // Records say the same as plain lines.
    const ui = flags.json && chosen === 'plain' ? 'quiet' : chosen;
    const run = flags.report ? new LoadRun(target.root, target.label) : undefined;
    const result = await this.withStack(target, (outputs) =>
      showLoadTest(
        { target, outputs },
        { count, concurrency, rate: flags.rate, thresholds, mix, seed, via },
        { ui, json: flags.json, timeoutMs: flags.timeout, run },
      ),
    );
    if (!result || flags.json) return;
    this.out(describeLoad(result.report, process.stdout));
    if (result.files) process.stderr.write(`  ${result.files.html}\n`);
    this.hint(
      hintFor(target, rerunCommand({ count, mix: flags.mix, seed, via, rate: flags.rate })),
    );
  }
}

/** Lambda starts at most so many durable executions a second in an account (Lambda quotas). */
const startsPerSecond = 300;

function refuseRate(rate: number | undefined): void {
  if (rate === undefined || rate <= startsPerSecond) return;
  throw new UserError(
    `--rate ${rate} is more than an account may start: ${startsPerSecond} a second.`,
    {
      hint: `--rate ${startsPerSecond}`,
      code: 'TooFast',
    },
  );
}
