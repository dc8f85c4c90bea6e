import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/command/base-command.ts';
import { createProject } from '../src/init/create-project.ts';

const { json, verbose } = BaseCommand.baseFlags;

export default class Init extends BaseCommand {
  static override summary = 'Create a project with its own functions.';
  static override description =
    'Writes the template, the functions and their tests to an empty folder, and installs their packages. Commands in the folder deploy its functions.';
  static override examples = [
    '<%= config.bin %> init shop',
    '<%= config.bin %> init shop --no-install',
  ];
  static override baseFlags = { json, verbose } as typeof BaseCommand.baseFlags;
  static override args = {
    folder: Args.string({ description: 'folder of the project', default: '.' }),
  };
  static override flags = {
    install: Flags.boolean({ description: 'run npm install', default: true, allowNo: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Init);
    const folder = resolve(args.folder);
    const project = createProject(folder);
    const isInstalled = flags.install && this.#installPackages(folder);
    if (flags.json) return this.document(project);
    this.out(`Created ${project.name} (${project.files.length} files).\n`);
    if (folder !== process.cwd()) this.hint(`cd ${args.folder}`);
    if (!isInstalled) this.hint('npm install');
    this.hint('npm test');
    this.hint('npm run deploy && orders submit --sample low --watch');
  }

  /** Runs npm in the project, and prints a note if that fails. Returns whether the packages are installed. */
  #installPackages(folder: string): boolean {
    const { status, error } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: ['ignore', process.stderr.fd, process.stderr.fd],
    });
    if (status === 0) return true;
    this.note(error ? `npm did not run: ${error.message}` : 'npm install failed');
    return false;
  }
}
