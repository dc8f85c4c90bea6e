import { Flags } from '@oclif/core';
import { LocalCommand } from '../../src/cli/local-command.ts';

export default class LocalStart extends LocalCommand {
  static override description = 'Start the local runtime in the background, or keep it in front.';
  static override examples = [
    '<%= config.bin %> local start',
    '<%= config.bin %> local start --time-scale 1',
    '<%= config.bin %> local start --foreground',
  ];
  static override flags = {
    port: Flags.integer({ description: 'port to listen on', min: 1, max: 65_535 }),
    'time-scale': Flags.integer({
      description: 'how many times as fast as real time waits pass',
      min: 1,
      max: 100_000,
    }),
    foreground: Flags.boolean({ description: 'stay in front until Ctrl-C' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalStart);
    const launch = await import('../../src/local/launch.ts');
    const settings = { port: flags.port, timeScale: flags['time-scale'] };
    if (flags.foreground) {
      process.exitCode = await launch.runInForeground(this.root, settings);
      return;
    }
    const { url, timeScale, started } = await launch.ensureRuntime(this.root, {
      ...settings,
      auto: false,
    });
    if (flags.json) this.document({ url, timeScale, started });
    else this.out(`${started ? 'started' : 'already running'}: ${url} (time ×${timeScale})\n`);
  }
}
