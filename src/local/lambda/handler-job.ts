import type { ErrorReport } from './bootstrap.ts';
import type { Code } from './handler-process.ts';

export interface Job {
  readonly code: Code;
  readonly requestId: string;
  readonly event: string;
  /** May exceed the cap: a handler waits for it. */
  readonly nested?: boolean;
  readonly tenantId?: string;
}

export interface Outcome {
  /** What the invocation logged, with Lambda's own lines. */
  readonly log?: string;
  readonly payload?: string;
  readonly error?: ErrorReport;
}
