import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { formatComparison } from '../../src/cli/load-test/compare-text.ts';
import { writePrivateFile } from '../../src/environment/private-files.ts';
import { projectRoot } from '../../src/environment/project.ts';
import { compareRuns } from '../../src/orders/load-test/compare/compare-runs.ts';
import { readRun } from '../../src/orders/load-test/compare/stored-runs.ts';

const referenceForms = 'file, run id or the beginning of one, latest, @-2';
const pageName = 'load-test-comparison.html';

export default class LoadTestCompare extends BaseCommand {
  static override summary = 'Compare two stored load tests.';
  static override description =
    'Shows whether B is better or worse than A: in its thresholds, checks, times and throttled orders. A difference counts only if it is clear from enough orders. Names what differs in the set-up, and gives no verdict if that makes the runs incomparable or if orders were submitted faster than they made progress. Exits 99 if B is worse in any respect, 2 if the runs are not comparable, otherwise 0. Reads only files.';
  static override examples = [
    '<%= config.bin %> load-test compare',
    '<%= config.bin %> load-test compare 2026-11-22T08-12 latest',
    '<%= config.bin %> load-test compare baseline.json latest --json',
    '<%= config.bin %> load-test compare @-3 latest --html > comparison.html',
  ];
  static override args = {
    a: Args.string({ description: `earlier run: ${referenceForms}`, default: '@-2' }),
    b: Args.string({ description: `later run: ${referenceForms}`, default: 'latest' }),
  };
  static override flags = {
    html: Flags.boolean({
      description: 'the comparison as a page: a file, or stdout if piped',
      exclusive: ['json'],
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(LoadTestCompare);
    const root = projectRoot(process.cwd());
    const runs = { a: readRun(root, args.a), b: readRun(root, args.b) };
    const comparison = compareRuns(runs.a, runs.b);
    const { verdict } = comparison;
    if (verdict === 'worse' || verdict === 'mixed') process.exitCode = 99;
    if (verdict === 'not-comparable') process.exitCode = 2;
    if (flags.json) return this.document(comparison);
    if (!flags.html) return this.out(formatComparison(comparison, process.stdout));
    const { renderComparisonPage } = await import('../../src/cli/report-page/compare-page.ts');
    const page = renderComparisonPage(comparison, runs);
    if (!process.stdout.isTTY) return this.out(page);
    writePrivateFile(resolve(pageName), page);
    this.out(`${pageName}\n`);
  }
}
