import { Flags } from '@oclif/core';
import { injectFlag } from '../../src/cli/local/inject-flag.ts';
import { LocalCommand } from '../../src/cli/local/local-command.ts';
import { describeRuntime } from '../../src/cli/local/runtime-text.ts';

export default class LocalStart extends LocalCommand {
  static override description = 'Start the local runtime in the background, or keep it in front.';
  static override examples = [
    '<%= config.bin %> local start',
    '<%= config.bin %> local start --time-scale 1',
    '<%= config.bin %> local start --enforce-quotas',
    '<%= config.bin %> local start --inject throttle=5%,error=1% --inject logs:latency=200ms',
    '<%= config.bin %> local start --foreground',
  ];
  static override flags = {
    port: Flags.integer({ description: 'port to listen on', min: 1, max: 65_535 }),
    'time-scale': Flags.integer({
      description: 'how many times as fast as real time waits pass',
      min: 1,
      max: 100_000,
    }),
    'enforce-quotas': Flags.boolean({
      description: "apply an account's limits: history 15/s, starts 300/s and more",
      allowNo: true,
    }),
    inject: injectFlag({
      description:
        'throttle=5%,error=1%,latency=200ms; for one service lambda:throttle=5%; or none',
      multiple: true,
    }),
    foreground: Flags.boolean({ description: 'stay in front until Ctrl-C' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalStart);
    const settings = {
      port: flags.port,
      timeScale: flags['time-scale'],
      enforceQuotas: flags['enforce-quotas'],
      inject: flags.inject?.filter((text) => text !== 'none'),
    };
    if (flags.foreground) {
      const { runInForeground } = await import('../../src/local/launch.ts');
      process.exitCode = await runInForeground(this.root, settings);
      return;
    }
    const { launchRuntime } = await import('../../src/environment/local-runtime.ts');
    const state = await launchRuntime(this.root, { ...settings, auto: false });
    const { url, timeScale, enforceQuotas = false, inject = [], started } = state;
    if (flags.json) this.document({ url, timeScale, enforceQuotas, inject, started });
    else
      this.out(`${started ? 'started' : 'already running'}: ${url} (${describeRuntime(state)})\n`);
  }
}
