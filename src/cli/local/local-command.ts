import { readdirSync } from 'node:fs';
import { projectRoot } from '../../environment/project.ts';
import { UserError } from '../../user-error.ts';
import { BaseCommand } from '../command/base-command.ts';

/** Base class of the commands for the local runtime of the current project. */
export abstract class LocalCommand extends BaseCommand {
  protected readonly root = projectRoot(process.cwd());

  /** Throws UserError if the runtime's folder belongs to another user: whether a runtime is running is then unknown. */
  protected override async init(): Promise<void> {
    await super.init();
    const { stateDirectory } = await import('../../local/runtime/state-file.ts');
    const directory = stateDirectory(this.root);
    try {
      readdirSync(directory);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EACCES') return;
      throw new UserError(`${directory} belongs to another user.`, {
        hint: ['run the command as that user', 'or use a project folder of your own'],
        exit: 3,
        code: 'ForeignFolder',
        cause,
      });
    }
  }
}
