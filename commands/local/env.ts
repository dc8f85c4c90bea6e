import { Flags } from '@oclif/core';
import { LocalCommand } from '../../src/cli/local/local-command.ts';
import type { Role } from '../../src/deploy/iam/roles.ts';
import { defaults, localName } from '../../src/environment/choose-environment.ts';

const roles: Role[] = ['observe', 'operate', 'deploy'];

export default class LocalEnv extends LocalCommand {
  static override summary = 'Print environment variables for other AWS tools.';
  static override description =
    'The variables select the local runtime, which is started if necessary. With --as, they contain the credentials of a user ' +
    'with exactly the policies that `orders iam` prints. Commands of this project act as this user, too.';
  static override examples = [
    '$ eval $(<%= config.bin %> local env)',
    '$ eval $(<%= config.bin %> local env --as observe)',
  ];
  static override flags = {
    as: Flags.option({
      options: roles,
      description: 'user with the policies of `orders iam`',
      helpValue: `<${roles.join('|')}>`,
    })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalEnv);
    const { launchRuntime } = await import('../../src/environment/local-runtime.ts');
    const { url } = await launchRuntime(this.root);
    const credentials = await this.#readCredentials(flags.as);
    const variables = {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: defaults.region,
      AWS_DEFAULT_REGION: defaults.region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      // A token of other credentials in the same shell does not belong to this key.
      AWS_SESSION_TOKEN: '',
    };
    if (flags.json) this.document(variables);
    else
      for (const [name, value] of Object.entries(variables)) this.out(`export ${name}=${value}\n`);
  }

  /** Returns the credentials of the project, or of the user with the policies of a role. */
  async #readCredentials(role: Role | undefined) {
    const { readProjectCredentials } = await import('../../src/environment/local-runtime.ts');
    if (!role) return readProjectCredentials(this.root);
    const { readPolicies } = await import('../../src/cli/deploy/iam-policy.ts');
    const { resolveTarget } = await import('../../src/environment/resolve-target.ts');
    const { putLocalUser } = await import('../../src/environment/local-user.ts');
    // Only the credentials of the project may create users, whatever credentials the shell has.
    const { AWS_ACCESS_KEY_ID: _, ...variables } = process.env;
    const target = await resolveTarget({ env: localName }, { cwd: process.cwd(), variables });
    const policies = await readPolicies(target, role);
    return putLocalUser(
      target,
      role,
      policies.map(({ document }) => document),
    );
  }
}
