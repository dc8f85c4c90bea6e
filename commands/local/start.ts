import { Flags } from '@oclif/core';
import { injectFlag } from '../../src/cli/local/inject-flag.ts';
import { LocalCommand } from '../../src/cli/local/local-command.ts';
import { describeChanges, formatRuntime, toTraffic } from '../../src/cli/local/runtime-text.ts';

export default class LocalStart extends LocalCommand {
  static override summary = 'Start the local runtime.';
  static override examples = [
    '<%= config.bin %> local start',
    '<%= config.bin %> local start --time-scale 1',
    '<%= config.bin %> local start --enforce-quotas',
    '<%= config.bin %> local start --no-enforce-iam',
    '<%= config.bin %> local start --inject throttle=5%,error=1% --inject logs:latency=200ms',
    '<%= config.bin %> local start --foreground',
  ];
  static override flags = {
    port: Flags.integer({
      description: 'port to listen on',
      helpValue: '<n>',
      min: 1,
      max: 65_535,
    }),
    'time-scale': Flags.integer({
      description: 'speed-up of waits compared with real time',
      helpValue: '<n>',
      min: 1,
      max: 100_000,
    }),
    'enforce-quotas': Flags.boolean({
      description: 'apply the API quotas of an AWS account',
      allowNo: true,
    }),
    'enforce-iam': Flags.boolean({
      description: 'evaluate the policies of functions and services (default)',
      allowNo: true,
    }),
    'conflict-window': Flags.integer({
      description: 'duration of DynamoDB transactions; 0 for no conflicts',
      helpValue: '<ms>',
      min: 0,
      max: 1_000,
    }),
    inject: injectFlag({
      description: 'faults such as error=1%, lambda:throttle=5%, latency=200ms; or none',
      multiple: true,
    }),
    foreground: Flags.boolean({ description: 'run in the foreground until Ctrl-C' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalStart);
    const settings = {
      port: flags.port,
      timeScale: flags['time-scale'],
      enforceQuotas: flags['enforce-quotas'],
      enforceIam: flags['enforce-iam'],
      conflictWindowMs: flags['conflict-window'],
      inject: flags.inject?.filter((text) => text !== 'none'),
    };
    if (flags.foreground) {
      const { runRuntimeInForeground } = await import('../../src/environment/local-runtime.ts');
      process.exitCode = await runRuntimeInForeground(this.root, settings);
      return;
    }
    const { launchRuntime } = await import('../../src/environment/local-runtime.ts');
    const state = await launchRuntime(this.root, { ...settings, auto: false });
    const { url, timeScale, started, replaced, isNew } = state;
    const restarted = replaced !== undefined;
    if (flags.json) {
      return this.document({ url, timeScale, ...toTraffic(state), started, restarted });
    }
    const action = restarted ? 'restarted' : started ? 'started' : 'already running';
    this.out(`${action}: ${url} (${formatRuntime(state)}${isNew ? ', new empty store' : ''})\n`);
    if (replaced) for (const change of describeChanges(replaced, state)) this.hint(change);
  }
}
