import { Flags } from '@oclif/core';
import { BaseCommand, globalFlags } from '../src/cli/command/base-command.ts';
import { addEnvFlag } from '../src/cli/command/hints.ts';
import { parseTime } from '../src/cli/terminal/format-time.ts';
import { usesScreenReader } from '../src/cli/terminal/terminal.ts';
import { UserError } from '../src/user-error.ts';

const { json: _, ...baseFlags } = globalFlags;

export default class Ui extends BaseCommand {
  static override summary = 'Open the console: all orders on one screen, with actions.';
  static override description =
    'Orders that need attention come first. It stays open until q; ? shows its keys. Without arguments, orders opens it on a terminal.';
  static override examples = ['<%= config.bin %> ui', '<%= config.bin %> ui -e prod --since 7d'];
  static override baseFlags = baseFlags as typeof BaseCommand.baseFlags;
  static override flags = {
    since: Flags.string({
      description: 'only orders created after this time, and running orders',
      default: '1d',
      helpValue: '<time|duration>',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Ui);
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
    if (!isTerminal || flags['no-input'] || this.ui(flags, process.stdout) !== 'live') {
      const message = usesScreenReader(process.env)
        ? 'The console draws a whole screen, which a screen reader cannot follow.'
        : 'The console needs a terminal of at least 40 columns and 10 rows.';
      throw new UserError(message, {
        hint: ['orders watch --all --ui plain', 'orders list', 'orders get <id>', 'orders metrics'],
        code: 'NoTerminal',
      });
    }
    const sinceMs = Date.now() - Date.parse(parseTime(flags.since));
    const target = await this.target(flags);
    await this.withStack(target, async (stack) => {
      const { openConsole } = await import('../src/cli/console/open-console.ts');
      const submitCommand = addEnvFlag(target, 'orders submit --sample low');
      await openConsole(stack, { sinceMs, submitCommand });
    });
  }

  protected override async catch(error: Error): Promise<void> {
    const isJson = /^Nonexistent flag: --json$/m.test(error.message);
    return super.catch(isJson ? noJsonError() : error);
  }
}

const noJsonError = () =>
  new UserError('The console has no JSON output.', {
    hint: ['orders list --json', 'orders watch --all --json'],
  });
