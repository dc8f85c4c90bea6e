import { countDataBytes } from './history.ts';
import type { ErrorObject, Execution } from './model.ts';
import type { Draft } from './updates.ts';

/**
 * Maximum number of operations of an execution, the EXECUTION operation included.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const maxOperations = 3000;

/** Maximum size of all inputs, results and errors that an execution has ever stored (bytes). */
const maxStoredBytes = 100 * 1024 * 1024;

/** The part of an execution that its limits depend on. */
type Stored = Pick<Execution, 'operations' | 'storedBytes'>;

/** Returns the error of an execution that a batch takes over a limit, or undefined if the batch is within the limits. */
export function findExceededLimit(
  { operations, storedBytes }: Stored,
  batch: Pick<Draft, 'operations' | 'events'>,
): ErrorObject | undefined {
  const added = [...batch.operations.keys()].filter((id) => !operations.has(id));
  if (operations.size + added.length + 1 > maxOperations) {
    return { ErrorMessage: `The execution has more than ${maxOperations} operations.` };
  }
  const bytes = batch.events.reduce((sum, event) => sum + countDataBytes(event), storedBytes);
  if (bytes <= maxStoredBytes) return undefined;
  return { ErrorMessage: `The execution has stored more than ${maxStoredBytes} bytes.` };
}
