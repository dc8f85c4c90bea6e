import type { Parameters } from '../../deploy/deploy.ts';
import { UserError } from '../../user-error.ts';

/** Reads `NAME=VALUE` pairs; a name given twice is a mistake that would otherwise go unseen. */
export function readParameters(pairs: readonly string[]): Parameters {
  const parameters: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name, value] = /^([A-Za-z0-9]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined) {
      throw new UserError(`--parameter ${pair} is not NAME=VALUE.`, {
        hint: '--parameter WarehouseWaitSeconds=60',
        code: 'BadParameter',
      });
    }
    if (Object.hasOwn(parameters, name)) {
      throw new UserError(`--parameter ${name} is given twice.`, { code: 'BadParameter' });
    }
    parameters[name] = value;
  }
  return parameters;
}
