import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { hintFor } from '../src/cli/command/hints.ts';
import { findingText, summaryText } from '../src/cli/deploy/doctor-text.ts';
import { checkNames, examine } from '../src/deploy/doctor/examine.ts';
import type { Finding } from '../src/deploy/doctor/finding.ts';

/** What does not answer is what a doctor is asked about. */
const manner = { maxAttempts: 3, patienceMs: 5000 };

export default class Doctor extends BaseCommand {
  static override summary =
    'Look whether all is there that commands need, and say what to do where it is not.';
  static override description =
    'Exit 30 when something is wrong; warnings are none. Changes nothing, starts nothing, writes no file.';
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor -e prod --json',
    '<%= config.bin %> doctor --check clock --check credentials',
  ];
  static override flags = {
    check: Flags.string({
      description: 'look only at this; repeat it for more',
      options: [...checkNames],
      multiple: true,
      multipleNonGreedy: true,
      helpValue: '<name>',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const { whereRuntimeIs } = await import('../src/environment/local-runtime.ts');
    const target = await this.target(flags, { ensureRuntime: whereRuntimeIs, manner });
    const findings: Finding[] = [];
    const examination = examine(target, flags.check);
    let next = await examination.next();
    for (; !next.done; next = await examination.next()) {
      const { fix, ...found } = next.value;
      const finding = { ...found, ...(fix ? { fix: hintFor(target, fix) } : {}) };
      const first = findings.at(-1)?.group !== finding.group;
      findings.push(finding);
      if (!flags.json) this.out(findingText(finding, { first, stream: process.stdout }));
    }
    if (findings.some(({ state }) => state === 'error')) process.exitCode = 30;
    if (flags.json) this.document(findings);
    else process.stderr.write(`${summaryText(findings, next.value)}\n`);
  }
}
