import { LocalCommand } from '../../src/cli/local/local-command.ts';

export default class LocalStop extends LocalCommand {
  static override description =
    'Stop the local runtime. Its orders stand still and go on when it is started again.';
  static override examples = ['<%= config.bin %> local stop'];

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalStop);
    const { stopRuntime } = await import('../../src/local/launch.ts');
    const stopped = await stopRuntime(this.root);
    if (flags.json) this.document({ stopped });
    else this.out(stopped ? 'stopped\n' : 'not running\n');
  }
}
