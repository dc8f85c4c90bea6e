import { LocalCommand } from '../../src/cli/local/local-command.ts';
import { defaults } from '../../src/environment/choose-environment.ts';
import { projectAccessKey, stateDirectory } from '../../src/local/runtime/state-file.ts';

export default class LocalEnv extends LocalCommand {
  static override summary = 'Print environment variables for other AWS tools.';
  static override description =
    'The variables select the local runtime, which is started if necessary.';
  static override examples = ['$ eval $(<%= config.bin %> local env)'];

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalEnv);
    const { launchRuntime } = await import('../../src/environment/local-runtime.ts');
    const { url } = await launchRuntime(this.root);
    const variables = {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: defaults.region,
      AWS_DEFAULT_REGION: defaults.region,
      AWS_ACCESS_KEY_ID: projectAccessKey(stateDirectory(this.root)),
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    if (flags.json) this.document(variables);
    else
      for (const [name, value] of Object.entries(variables)) this.out(`export ${name}=${value}\n`);
  }
}
