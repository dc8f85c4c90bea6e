import { LocalCommand } from '../../src/cli/local-command.ts';
import { describeRuntime } from '../../src/cli/runtime-text.ts';

export default class LocalStatus extends LocalCommand {
  static override description =
    'Say whether the local runtime runs, and where. Exit 3 when it does not.';
  static override examples = [
    '<%= config.bin %> local status',
    '<%= config.bin %> local status --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalStatus);
    const { readState } = await import('../../src/local/state-file.ts');
    const state = readState(this.root);
    if (!state) process.exitCode = 3;
    if (flags.json) this.document({ running: state !== undefined, ...state });
    else if (!state) this.out('not running\n');
    else this.out(`running: ${state.url} (pid ${state.pid}, ${describeRuntime(state)})\n`);
  }
}
