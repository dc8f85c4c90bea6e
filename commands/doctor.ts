import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { addEnvFlag } from '../src/cli/command/hints.ts';
import { formatFinding, formatSummary } from '../src/cli/deploy/doctor-text.ts';
import { checkNames, examine } from '../src/deploy/doctor/examine.ts';
import type { Finding } from '../src/deploy/doctor/finding.ts';

/** Fail fast: an unreachable service is a result of the check. */
const clientOptions = { maxAttempts: 3, requestTimeoutMs: 5000 };

export default class Doctor extends BaseCommand {
  static override summary = 'Check machine, credentials and stack.';
  static override description =
    'Prints a fix for every problem. Exits 30 if a check fails; warnings do not count. Changes nothing, starts nothing, writes no file.';
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor -e prod --json',
    '<%= config.bin %> doctor --check clock --check credentials',
  ];
  static override flags = {
    check: Flags.string({
      description: 'run only this check (repeatable)',
      options: [...checkNames],
      multiple: true,
      multipleNonGreedy: true,
      helpValue: '<name>',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const { locateRuntime } = await import('../src/environment/local-runtime.ts');
    const target = await this.target(flags, { ensureRuntime: locateRuntime, clientOptions });
    const findings: Finding[] = [];
    const examination = examine(target, flags.check);
    let next = await examination.next();
    for (; !next.done; next = await examination.next()) {
      const { fix, ...found } = next.value;
      const finding = { ...found, ...(fix ? { fix: addEnvFlag(target, fix) } : {}) };
      const first = findings.at(-1)?.group !== finding.group;
      findings.push(finding);
      if (!flags.json) this.out(formatFinding(finding, { first, stream: process.stdout }));
    }
    if (findings.some(({ state }) => state === 'error')) process.exitCode = 30;
    if (flags.json) this.document(findings);
    else process.stderr.write(`${formatSummary(findings, next.value)}\n`);
  }
}
