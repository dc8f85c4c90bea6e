import { Flags } from '@oclif/core';
import { LocalCommand } from '../../src/cli/local/local-command.ts';
import { describeRuntime, describeStore } from '../../src/cli/local/runtime-text.ts';

export default class LocalStatus extends LocalCommand {
  static override description =
    'Say whether the local runtime runs, and where. Exit 3 when it does not; with --check, 14 when the store is not sound.';
  static override examples = [
    '<%= config.bin %> local status',
    '<%= config.bin %> local status --check',
    '<%= config.bin %> local status --json',
  ];
  static override flags = {
    check: Flags.boolean({ description: 'look through the whole store, running or not' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalStatus);
    const { readState, stateDirectory } = await import('../../src/local/state-file.ts');
    const state = readState(this.root);
    if (!state) process.exitCode = 3;
    const check = flags.check
      ? (await import('../../src/local/store-check.ts')).checkStore(stateDirectory(this.root))
      : undefined;
    if (flags.check) process.exitCode = check && check.problems.length > 0 ? 14 : 0;
    if (flags.json) {
      const store = flags.check ? { store: check ?? null } : {};
      this.document({ running: state !== undefined, ...state, ...store });
      return;
    }
    if (!state) this.out('not running\n');
    else this.out(`running: ${state.url} (pid ${state.pid}, ${describeRuntime(state)})\n`);
    if (flags.check) this.out(describeStore(check));
  }
}
