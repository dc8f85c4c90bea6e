import type { Parameters } from '../../deploy/deploy.ts';
import { UserError } from '../../user-error.ts';

/** Parses `NAME=VALUE` pairs. Throws UserError for a malformed pair or a repeated name. */
export function parseParameters(pairs: readonly string[]): Parameters {
  const parameters: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name, value] = /^([A-Za-z0-9]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined) {
      throw new UserError(`--parameter "${pair}" is not NAME=VALUE.`, {
        hint: '--parameter WarehouseWaitSeconds=60',
        code: 'BadParameter',
      });
    }
    if (Object.hasOwn(parameters, name)) {
      throw new UserError(`--parameter ${name} is repeated.`, {
        hint: `use --parameter ${name} only once`,
        code: 'BadParameter',
      });
    }
    parameters[name] = value;
  }
  return parameters;
}
