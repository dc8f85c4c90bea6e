import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';

/** The words of a command: of most it is one, and words of letters after it are never flags. */
const command = /^orders \S+(?: [a-z]+(?:-[a-z]+)*(?=$| ))*/;

/** A hint that begins with a command of ours, so that it can be pasted: it names the environment it is about. */
export function hintFor(target: Pick<Target, 'envFlag'>, hint: string): string {
  const isAboutEnvironment = /^orders (?!local |help )/.test(hint) && !/ (-e|--env) /.test(hint);
  return isAboutEnvironment && target.envFlag !== ''
    ? hint.replace(command, (words) => `${words} ${target.envFlag}`)
    : hint;
}

/** An error whose hints are about the target's environment. */
export function withHintsFor(target: Target, error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  const { message, exit, code, cause } = error;
  const hint = error.hints.map((each) => hintFor(target, each));
  return new UserError(message, { hint, exit, code, cause });
}
