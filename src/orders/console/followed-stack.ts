import { outputs as names } from '../../../functions/contract/api.ts';
import { isDenied, isTransient, needsSignIn } from '../../aws/errors.ts';
import type { Stack, StackOutputs } from '../../environment/stack.ts';
import { cacheOutputs, describeStack } from '../../environment/stack-outputs.ts';
import type { WaitDurations } from '../../workflow/durations.ts';
import { toWaitDurations } from '../lookup/wait-durations.ts';

/** A deployment by someone else is noticed after this time (ms). A deletion is noticed at the next failed read. */
const checkIntervalMs = 10_000;

/** Outputs that may change although the stack still has the same resources. */
const settings: ReadonlySet<string> = new Set([names.apiEndpoint, names.listingShards]);

/** Thrown while the followed stack does not exist. It may be deployed again. */
export class StackDeletedError extends Error {
  override readonly name = 'StackDeletedError';

  constructor() {
    super('the stack was deleted; waiting for it: orders deploy');
  }
}

/** A stack that may be deployed again or deleted while it is shown. */
export class FollowedStack {
  #stack: Stack;
  #waits: WaitDurations;
  /** Monotonic time (ms). */
  #checkedAt = Number.NEGATIVE_INFINITY;

  constructor(stack: Stack) {
    this.#stack = stack;
    this.#waits = toWaitDurations(undefined, stack.target.timeScale);
  }

  /** The stack with its current outputs. It is another object after a change. */
  get current(): Stack {
    return this.#stack;
  }

  /** Lengths of the waits in the stack (ms, wall time); the defaults until they are read. */
  get waits(): WaitDurations {
    return this.#waits;
  }

  /** Reads the stack's description unless that happened recently. Ignores errors. Throws a StackDeletedError if the stack does not exist. */
  async refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.#checkedAt < checkIntervalMs) return;
    this.#checkedAt = now;
    try {
      await this.#read();
    } catch (error) {
      if (!isExpected(error)) throw error;
    }
  }

  /**
   * Handles the error of a read. Returns whether to read again, because the stack was deployed again or is being changed. Throws a
   * StackDeletedError if it does not exist.
   */
  async hasMoved(error: unknown): Promise<boolean> {
    if (isExpected(error)) return false;
    const before = this.#stack;
    const status = await this.#read();
    return this.#stack !== before || status.endsWith('_IN_PROGRESS');
  }

  /** Returns the status of the stack. */
  async #read(): Promise<string> {
    const { target, outputs } = this.#stack;
    const description = await describeStack(target);
    if (!description) throw new StackDeletedError();
    const { Outputs = [], Parameters, StackStatus = '' } = description;
    if (Outputs.length === 0) return StackStatus;
    this.#waits = toWaitDurations(Parameters, target.timeScale);
    const current = cacheOutputs(target, description);
    if (!isSame(current, outputs)) this.#stack = { target, outputs: current };
    return StackStatus;
  }
}

/** Whether an error may occur although the stack has not changed. */
function isExpected(error: unknown): boolean {
  return isDenied(error) || isTransient(error) || needsSignIn(error);
}

function isSame(a: StackOutputs, b: StackOutputs): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
}

/** Whether two versions of a stack have the same tables, functions and queues. */
export function hasSameResources(a: Stack, b: Stack): boolean {
  const resources = ({ outputs }: Stack) =>
    Object.fromEntries(Object.entries(outputs).filter(([name]) => !settings.has(name)));
  return a === b || isSame(resources(a), resources(b));
}
