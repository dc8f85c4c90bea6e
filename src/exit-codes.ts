/** Meaning of every exit code. Commands, help, documentation and tests read this table. */
export const exitCodes = {
  0: 'success: done, order completed, or nothing to change',
  1: 'unexpected error: a bug in orders',
  2: 'usage: invalid flag, argument or order, or ambiguous prefix',
  3: 'not configured or not deployed',
  4: 'action required: credentials or confirmation missing',
  5: 'not found',
  6: 'conflict: id used by another order, or resource locked',
  7: 'remote service unavailable or throttling',
  10: 'order failed',
  11: 'order timed out',
  12: 'order cancelled or stopped',
  13: 'several orders with different outcomes',
  14: 'verification found a mismatch',
  20: 'deployment or canary failed and was rolled back',
  21: 'deployment failed or canary held: the stack needs attention',
  22: 'deployed stack and template differ',
  30: 'doctor found errors',
  99: 'load test failed a check or threshold, or became worse',
  124: '--timeout reached; running orders continue',
  130: 'interrupted by Ctrl-C or q; running orders continue',
  143: 'terminated; running orders continue',
} as const;

export type ExitCode = keyof typeof exitCodes;
