import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';

/** Matches the command of a hint, of one or more words, up to its first flag or value. */
const commandWords = /^orders \S+(?: [a-z]+(?:-[a-z]+)*(?=$| ))*/;

/** Returns the hint with the environment's flag inserted after its `orders` command, so that the user can paste it. */
export function addEnvFlag(target: Pick<Target, 'envFlag'>, hint: string): string {
  const needsEnvironment = /^orders (?!local |help )/.test(hint) && !/ (-e|--env) /.test(hint);
  return needsEnvironment && target.envFlag !== ''
    ? hint.replace(commandWords, (words) => `${words} ${target.envFlag}`)
    : hint;
}

/** Returns the error with the target's environment flag in its hints. Errors other than UserError stay unchanged. */
export function addEnvFlagToHints(target: Target, error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  const { message, exit, code, cause, place } = error;
  const hint = error.hints.map((text) => addEnvFlag(target, text));
  return new UserError(message, { hint, exit, code, cause, place });
}
