/** Checks how long orders wait for a provider against the timeout of their executions. */
import { findPatienceProblem } from '../../functions/contract/retries.ts';
import { UserError } from '../user-error.ts';
import { listParameters } from './check-parameters.ts';
import type { TemplateFile } from './template-file.ts';

const patience = 'ProviderPatienceSeconds';
const timeout = 'ExecutionTimeoutSeconds';

/**
 * Throws UserError if the patience does not fit into the execution's timeout. `values` are the given and kept parameters of the
 * stack; a parameter without a value has its default. A template without these parameters is not checked.
 */
export function checkPatience(
  template: TemplateFile,
  values: Readonly<Record<string, string | undefined>>,
): void {
  const declared = listParameters(template);
  const [seconds, timeoutSeconds] = [patience, timeout].map(
    (name) => values[name] ?? declared[name]?.Default,
  );
  if (!declared[patience] || !declared[timeout]) return;
  const problem = findPatienceProblem(Number(seconds), Number(timeoutSeconds));
  if (problem === undefined) return;
  const line = template.findLine(['Parameters', patience]);
  const longest = Math.ceil(Number(timeoutSeconds) / 2) - 1;
  throw new UserError(`The value "${seconds}" of ${patience} is not valid: ${problem}.`, {
    hint: [
      `--parameter ${patience}=${Math.min(longest, Number(declared[patience].MaxValue ?? longest))}`,
      `--parameter ${timeout}=${2 * Number(seconds) + 1}`,
    ],
    code: 'BadParameter',
    place: { field: patience, ...(line === undefined ? {} : { line }) },
  });
}
