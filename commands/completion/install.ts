import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { confirmYes } from '../../src/cli/command/confirm.ts';
import {
  addStartLines,
  findShell,
  type InstallPlan,
  planInstallation,
} from '../../src/cli/completion/install-plan.ts';
import { readCompletionScript } from '../../src/cli/completion/read-script.ts';
import { shells } from '../../src/cli/completion/scripts.ts';
import { mark } from '../../src/cli/terminal/terminal.ts';
import { packageRoot } from '../../src/environment/project.ts';

/** A file to write, and what is shown of it. */
interface Change {
  readonly file: string;
  readonly text: string;
  readonly shown: string;
}

export default class CompletionInstall extends BaseCommand {
  static override summary = 'Set up the completion of your shell.';
  static override description =
    "Shows which files it will write, and the lines that it will add to your shell's start file, before it writes them. Without a shell, the one in SHELL is set up. Run it again after an update: it changes only what is out of date.";
  static override examples = [
    '<%= config.bin %> completion install',
    '<%= config.bin %> completion install zsh --print',
  ];
  static override baseFlags = {} as typeof BaseCommand.baseFlags;
  static override args = {
    shell: Args.string({ description: 'shell (default: yours)', options: [...shells] }),
  };
  static override flags = {
    print: Flags.boolean({ description: 'only show what would be written' }),
    yes: Flags.boolean({ char: 'y', description: 'write without asking', exclusive: ['print'] }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CompletionInstall);
    const shell = shells.find((name) => name === args.shell) ?? findShell(process.env);
    const plan = planInstallation(shell, process.env);
    const changes = listChanges(plan, readCompletionScript(shell, packageRoot()));
    if (changes.length === 0) {
      process.stderr.write(`${mark('done')} the completion of ${shell} is up to date\n`);
      return;
    }
    this.out(changes.map(({ shown }) => shown).join(''));
    if (flags.print) return;
    if (!flags.yes) {
      const question = 'Write this?';
      await confirmYes(
        { 'no-input': false },
        { question, nonInteractiveMessage: `Confirmation required: ${question}` },
      );
    }
    for (const { file, text } of changes) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    process.stderr.write(`${mark('done')} installed; it works in a new shell\n`);
  }
}

function listChanges({ script, start }: InstallPlan, scriptText: string): Change[] {
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const changes: Change[] = [];
  if (read(script) !== scriptText) {
    const shown = `write ${script} (${scriptText.split('\n').length} lines)\n`;
    changes.push({ file: script, text: scriptText, shown });
  }
  const text = start && addStartLines(read(start.file), start.text);
  if (start && text !== undefined) {
    const lines = start.text.trimEnd().split('\n');
    const shown = `add to ${start.file}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
    changes.push({ file: start.file, text, shown });
  }
  return changes;
}
