import { projectRoot } from '../../environment/project.ts';
import { BaseCommand } from '../command/base-command.ts';

/** Base class of the commands for the local runtime of the current project. */
export abstract class LocalCommand extends BaseCommand {
  protected readonly root = projectRoot(process.cwd());
}
