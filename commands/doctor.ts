import { BaseCommand } from '../src/cli/base-command.ts';
import { hintFor } from '../src/cli/hints.ts';
import { dim, mark } from '../src/cli/terminal.ts';
import { examine, type Finding } from '../src/deploy/doctor.ts';

const marks = { ok: 'done', warning: 'note', error: 'failed' } as const;

export default class Doctor extends BaseCommand {
  static override summary =
    'Look whether all is there that commands need, and say what to do where it is not.';
  static override description = 'Exit 30 when something is wrong; warnings are none.';
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor -e prod --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const target = await this.target(flags);
    const findings: Finding[] = [];
    for await (const found of examine(target)) {
      const fix = found.fix ? hintFor(target, found.fix) : undefined;
      findings.push({ ...found, ...(fix ? { fix } : {}) });
      if (flags.json) continue;
      const { stdout } = process;
      this.out(`${mark(marks[found.state], stdout)} ${found.about.padEnd(12)} ${found.message}\n`);
      if (fix) this.out(`  ${' '.repeat(12)} ${dim(fix, stdout)}\n`);
    }
    if (findings.some(({ state }) => state === 'error')) process.exitCode = 30;
    if (flags.json) this.document(findings);
  }
}
