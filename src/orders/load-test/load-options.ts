import type { Submission } from '../actions/submit.ts';
import type { FollowUntil } from './follow-until.ts';
import type { FreshOrdersOptions } from './prepare.ts';
import type { SubmitRate } from './submitter.ts';
import type { TestSource } from './test-setup.ts';
import type { Threshold } from './thresholds.ts';

export interface LoadOptions
  extends FreshOrdersOptions,
    SubmitRate,
    TestSource,
    Pick<Submission, 'via'> {
  /** How far orders are watched; default: until they end. */
  readonly until?: FollowUntil | undefined;
  readonly thresholds?: readonly Threshold[] | undefined;
  /** Ends the test as soon as a threshold is exceeded. */
  readonly abortOnThreshold?: boolean | undefined;
  /** Aborting ends the test immediately, with a partial report. */
  readonly signal: AbortSignal;
  /** Aborting stops the submission; running orders are watched until they end. */
  readonly stop?: AbortSignal | undefined;
}
