import { basename, dirname } from 'node:path';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';

/**
 * The target for a template that is not the project's own: the same environment, another stack, which is called after the
 * template's folder unless it was given a name. Throws a UserError for a name that is the project's, or none of a stack.
 */
export function anotherStack(target: Target, template: string, name: string | undefined): Target {
  const stack = name ?? basename(dirname(template)).replaceAll(/[^A-Za-z0-9-]+/g, '-');
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(stack)) {
    throw new UserError(`"${stack}" cannot be the name of a stack.`, { hint: '--stack NAME' });
  }
  if (stack === target.environment.stack) {
    throw new UserError(`The stack ${stack} is that of the project itself.`, {
      hint: '--stack NAME',
    });
  }
  return { ...target, environment: { ...target.environment, stack } };
}
