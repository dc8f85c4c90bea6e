import { readStopReason } from '../../environment/local-runtime.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';

/** Returns an error that names the reason if the local runtime does not respond because it ended, else `error` itself. */
export async function explainStoppedRuntime(target: Target, error: unknown): Promise<unknown> {
  const isUnavailable = error instanceof UserError && error.code === 'Unavailable';
  if (!isUnavailable || !target.autoDeploys) return error;
  const reason = await readStopReason(target.root);
  if (reason === undefined) return error;
  return new UserError(`The local runtime stopped${reason ? `: ${reason}` : '.'}`, {
    hint: ['orders local start', 'running orders continue at the next start'],
    exit: 7,
    code: 'Unavailable',
    cause: error,
  });
}
