import { basename, dirname } from 'node:path';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';

/**
 * Returns the target for a foreign template: the same environment with another stack. Its name is `name`, or else the name
 * of the template's folder. Throws UserError if the name is invalid or belongs to the project's stack.
 */
export function targetForTemplate(
  target: Target,
  template: string,
  name: string | undefined,
): Target {
  const stack = name ?? basename(dirname(template)).replaceAll(/[^A-Za-z0-9-]+/g, '-');
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(stack)) {
    throw new UserError(`"${stack}" is not a valid stack name.`, { hint: '--stack NAME' });
  }
  if (stack === target.environment.stack) {
    throw new UserError(`"${stack}" is the name of the project's own stack.`, {
      hint: '--stack NAME',
    });
  }
  return { ...target, environment: { ...target.environment, stack } };
}
