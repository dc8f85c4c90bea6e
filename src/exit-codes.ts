/** What every exit code means: the one table that commands, help and tests read. */
export const exitCodes = {
  0: 'done; the order completed; nothing to change',
  1: 'an unexpected error: a bug',
  2: 'usage: a bad flag, argument or order, or an ambiguous prefix',
  3: 'not configured or not deployed',
  4: 'needs a human: credentials, or an answer that nobody could give',
  5: 'not found',
  6: 'conflict: the same id with another order, or something is held by someone else',
  7: 'the remote side is unavailable or throttles',
  10: 'the order failed',
  11: 'the order timed out',
  12: 'the order was cancelled or stopped',
  13: 'several orders ended differently',
  14: 'verification found a mismatch',
  20: 'the deployment failed and was rolled back',
  21: 'the deployment failed and the stack needs attention',
  22: 'there are differences',
  30: 'the doctor found errors',
  99: 'a check or threshold of the load test was not met',
  124: '--timeout was reached; what runs goes on',
  130: 'interrupted; what runs goes on',
  143: 'terminated; what runs goes on',
} as const;

export type ExitCode = keyof typeof exitCodes;
