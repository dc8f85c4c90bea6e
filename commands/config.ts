import { BaseCommand } from '../src/cli/command/base-command.ts';
import { formatSettings } from '../src/cli/deploy/settings-table.ts';
import { readConfig } from '../src/environment/config-file.ts';
import { projectRoot } from '../src/environment/project.ts';
import { explainSettings } from '../src/environment/setting-origins.ts';

export default class Config extends BaseCommand {
  static override summary = 'Show the settings and where they come from.';
  static override description =
    'A flag takes precedence over an environment variable, and that over orders.config.json. Starts nothing and needs no credentials.';
  static override examples = [
    '<%= config.bin %> config',
    '<%= config.bin %> config -e prod --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(Config);
    const settings = explainSettings({
      flags,
      typed: new Set(this.argv.flatMap(readFlagName)),
      variables: process.env,
      config: readConfig(projectRoot(process.cwd())),
    });
    if (flags.json) return this.document(settings);
    const { stdout: stream } = process;
    const header = stream.isTTY === true;
    const width = header ? stream.columns : undefined;
    this.out(formatSettings(settings, { header, width, stream }));
  }
}

/** Returns the name of the flag in an argument: `region` for `--region=eu-west-1`. */
function readFlagName(argument: string): string[] {
  if (/^-e/.test(argument)) return ['env'];
  const [, name] = /^--([\w-]+)/.exec(argument) ?? [];
  return name === undefined ? [] : [name];
}
