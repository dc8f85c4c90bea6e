import { LocalCommand } from '../../src/cli/local/local-command.ts';

export default class LocalStop extends LocalCommand {
  static override summary = 'Stop the local runtime.';
  static override description = 'Running orders continue at the next start.';
  static override examples = ['<%= config.bin %> local stop'];

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalStop);
    const { stopRuntime } = await import('../../src/local/runtime/launch.ts');
    const stopped = await stopRuntime(this.root);
    if (flags.json) this.document({ stopped });
    else this.out(stopped ? 'stopped\n' : 'not running\n');
  }
}
