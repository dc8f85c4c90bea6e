import { Flags } from '@oclif/core';
import { LocalCommand } from '../../src/cli/local/local-command.ts';
import { formatRuntime, formatStoreCheck } from '../../src/cli/local/runtime-text.ts';

export default class LocalStatus extends LocalCommand {
  static override summary = 'Show the state of the local runtime.';
  static override description =
    'Exits 3 if it is not running. With --check, exits 14 if the store is inconsistent.';
  static override examples = [
    '<%= config.bin %> local status',
    '<%= config.bin %> local status --check',
    '<%= config.bin %> local status --json',
  ];
  static override flags = {
    check: Flags.boolean({ description: 'check the whole store for consistency' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalStatus);
    const { stateDirectory } = await import('../../src/local/runtime/state-file.ts');
    const { findOwner } = await import('../../src/local/runtime/ownership.ts');
    const state = await findOwner(this.root);
    if (!state) process.exitCode = 3;
    const check = flags.check
      ? (await import('../../src/local/runtime/store-check.ts')).checkStore(
          stateDirectory(this.root),
        )
      : undefined;
    if (flags.check) process.exitCode = check && check.problems.length > 0 ? 14 : 0;
    if (flags.json) {
      const store = flags.check ? { store: check ?? null } : {};
      this.document({ running: state !== undefined, ...state, ...store });
      return;
    }
    if (!state) this.out(`not running${await this.#describeEnd()}\n`);
    else this.out(`running: ${state.url} (pid ${state.pid}, ${formatRuntime(state)})\n`);
    if (flags.check) this.out(formatStoreCheck(check));
  }

  /** Returns why the runtime ended, if it wrote that to its log. */
  async #describeEnd(): Promise<string> {
    const { readStopReason } = await import('../../src/environment/local-runtime.ts');
    const reason = await readStopReason(this.root);
    return reason ? `: ${reason}` : '';
  }
}
