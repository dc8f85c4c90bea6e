import type { PublicOrder } from '../../../functions/contract/public-order.ts';
import type { TerminalStatus } from '../../../functions/contract/workflow.ts';
import type { TerminalExecutionStatus } from '../lookup/execution-status.ts';
import type { Ending } from './events.ts';

/** How an order ends whose execution has ended without it. */
export const endingByExecutionStatus: Record<TerminalExecutionStatus, Ending> = {
  SUCCEEDED: 'failed',
  FAILED: 'failed',
  TIMED_OUT: 'timed-out',
  STOPPED: 'stopped',
  DELETING: 'gone',
};

/** Recovery records `failed` for an order whose execution was stopped or timed out, and the reason in the failure. */
export function toEnding(status: TerminalStatus, { failure }: PublicOrder): Ending {
  if (status !== 'failed') return status;
  if (failure?.code === 'timed-out') return 'timed-out';
  return failure?.code === 'stopped' ? 'stopped' : 'failed';
}
