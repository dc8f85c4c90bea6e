import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/command/base-command.ts';
import { listEnvironments } from '../../src/environment/known-environments.ts';
import { projectRoot } from '../../src/environment/project.ts';
import { UserError } from '../../src/user-error.ts';

export default class EnvShow extends BaseCommand {
  static override summary = "Show an environment's settings.";
  static override description = 'Without a name, shows the default environment.';
  static override examples = ['<%= config.bin %> env show', '<%= config.bin %> env show prod'];
  static override args = { name: Args.string({ description: 'name of the environment' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EnvShow);
    const known = listEnvironments(projectRoot(process.cwd()), process.env);
    const wanted = args.name ?? flags.env ?? known.find(({ isDefault }) => isDefault)?.name;
    const found = known.find(({ name }) => name === wanted);
    if (!found) {
      throw new UserError(`Environment "${wanted}" does not exist.`, {
        hint: `known: ${known.map(({ name }) => name).join(', ')}`,
        exit: 3,
        code: 'UnknownEnvironment',
      });
    }
    if (flags.json) return this.document(found);
    const { parameters = {}, isDefault, ...facts } = found;
    for (const [name, value] of Object.entries(facts)) this.out(`${name.padEnd(10)} ${value}\n`);
    for (const [name, value] of Object.entries(parameters)) {
      this.out(`${'parameter'.padEnd(10)} ${name}=${value}\n`);
    }
    if (isDefault) this.out(`${'default'.padEnd(10)} yes\n`);
  }
}
