import { projectRoot } from '../../environment/project.ts';
import { BaseCommand } from '../command/base-command.ts';

/** A command about the local runtime of the project that the working directory is in. */
export abstract class LocalCommand extends BaseCommand {
  protected readonly root = projectRoot(process.cwd());
}
