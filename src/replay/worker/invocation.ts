/** One invocation of a replay: serves the handler's checkpoints, and gives it the recorded outcomes in the recorded order. */
import {
  applyEvent,
  type Operation,
  parseEventType,
  type RecordedError,
  readDetails,
} from '../operation-state.ts';
import { isExternal, type RecordedEvent } from '../recording.ts';
import type { Finding } from '../verdict.ts';
import { compareUpdate, type Update } from './compare.ts';
import { advanceTime } from './virtual-time.ts';

interface HeldAttempt {
  readonly event: RecordedEvent;
  readonly release: () => void;
}

interface InvocationOptions {
  /** State of the execution at the start. The invocation changes it. */
  readonly operations: Map<string, Operation>;
  /** Events that the original invocation caused, or received while it ran. */
  readonly events: readonly RecordedEvent[];
  /** Whether the original invocation may have done more than the history shows. */
  readonly isCut: boolean;
  /** Results of steps after the end of the history, by name (JSON texts). */
  readonly assumed: Readonly<Record<string, string>>;
  /** Result of `Math.random`. */
  readonly random: number;
  /** Distance of the replay's clock from the recorded time (ms). */
  readonly clockShiftMs: number;
}

export class ReplayedInvocation {
  readonly #operations: Map<string, Operation>;
  readonly #events: readonly RecordedEvent[];
  readonly #isCut: boolean;
  readonly #assumed: Readonly<Record<string, string>>;
  readonly #clockShiftMs: number;
  readonly #random: number;
  /** Events that the handler has caused or received. */
  readonly #observed = new Set<RecordedEvent>();
  readonly #changed = new Set<string>();
  #held: HeldAttempt[] = [];
  /** Operations that the handler starts after the end of the history. */
  readonly frontier: Update[] = [];
  readonly replayChildren = new Set<string>();
  /** The first difference. */
  finding: Finding | undefined;

  constructor(options: InvocationOptions) {
    const { operations, events, isCut, assumed, random, clockShiftMs } = options;
    this.#operations = operations;
    this.#events = events;
    this.#isCut = isCut;
    this.#assumed = assumed;
    this.#clockShiftMs = clockShiftMs;
    this.#random = random;
  }

  /** Returns the first event that the handler has not caused; undefined if it caused all of them. */
  findMissing(): RecordedEvent | undefined {
    return this.#events.find((event) => !this.#observed.has(event));
  }

  /** Applies the updates of a checkpoint. Returns the operations that changed since the last one. */
  checkpoint(updates: readonly Update[]): Operation[] {
    for (const update of updates) this.#apply(update);
    this.#advance();
    const changed = [...this.#changed].flatMap((id) => this.#operations.get(id) ?? []);
    this.#changed.clear();
    return changed;
  }

  /** Returns the recorded result of an attempt or throws its recorded error. Never settles if the history has neither. */
  async runAttempt(id: string, name: string | undefined): Promise<unknown> {
    const event = this.#events.find(
      (candidate) => candidate.Id === id && !this.#observed.has(candidate) && !isStart(candidate),
    );
    if (!event) {
      const assumed = Object.hasOwn(this.#assumed, name ?? '')
        ? this.#assumed[name ?? '']
        : undefined;
      return assumed === undefined ? new Promise(() => {}) : parseResult(assumed);
    }
    await new Promise<void>((release) => {
      this.#held.push({ event, release });
      this.#advance();
    });
    return toOutcome(event);
  }

  #apply(update: Update): void {
    if (update.ContextOptions?.ReplayChildren) this.replayChildren.add(update.Id);
    const event = this.#events.find(
      (candidate) =>
        candidate.Id === update.Id && !this.#observed.has(candidate) && !isExternal(candidate),
    );
    if (event) {
      const previous = this.#operations.get(update.Id);
      this.finding ??= compareUpdate(update, event, { previous, random: this.#random });
      this.#observe(event);
    } else if (this.#isCut) {
      if (update.Action === 'START') this.#startUnrecorded(update);
    } else {
      this.finding ??= describeAdded(update, this.#operations.get(update.Id));
    }
  }

  /** The SDK expects the new operation in the response. */
  #startUnrecorded(update: Update): void {
    const { Id, Type, Name, ParentId, SubType } = update;
    this.frontier.push(update);
    this.#changed.add(Id);
    this.#operations.set(Id, {
      Id,
      Type,
      ...(Name === undefined ? {} : { Name }),
      ...(ParentId === undefined ? {} : { ParentId }),
      ...(SubType === undefined ? {} : { SubType }),
      Status: 'STARTED',
      StartTimestamp: Date.now(),
      ...(Type === 'CALLBACK' ? { CallbackDetails: { CallbackId: 'replay' } } : {}),
    });
  }

  #observe(event: RecordedEvent): void {
    const id = event.Id ?? '';
    this.#observed.add(event);
    this.#operations.set(id, applyEvent(this.#operations.get(id), event));
    this.#changed.add(id);
  }

  /**
   * Moves the time to the next end of a wait, a callback or a call if its turn has come and it is due before `limit` (epoch ms). Returns
   * whether there was one.
   */
  deliverNext(limit: number): boolean {
    const next = this.#findNext();
    if (!next || !isExternal(next) || this.#dueTime(next) > limit) return false;
    advanceTime(this.#dueTime(next));
    this.#advance();
    return true;
  }

  #dueTime({ EventTimestamp = '' }: RecordedEvent): number {
    return Date.parse(EventTimestamp) + this.#clockShiftMs;
  }

  #findNext(): RecordedEvent | undefined {
    return this.#events.find((event) => !this.#observed.has(event) && !isStart(event));
  }

  /** Delivers the ends of waits, callbacks and calls, and the outcomes of attempts, whose turn has come. */
  #advance(): void {
    let next = this.#findNext();
    while (next && isExternal(next) && this.#dueTime(next) <= Date.now()) {
      this.#observe(next);
      next = this.#findNext();
    }
    const held = this.#held.find(({ event }) => event === next);
    if (!held) return;
    this.#held = this.#held.filter((candidate) => candidate !== held);
    held.release();
  }
}

function isStart(event: RecordedEvent): boolean {
  return parseEventType(event).change === 'Started';
}

function describeAdded({ Id, Type, Name, Action }: Update, known: Operation | undefined): Finding {
  const operation = { id: Id, type: Type, name: Name };
  if (Action === 'START') return { kind: 'added', operation };
  return {
    kind: 'changed',
    operation,
    property: 'change',
    expected: known?.Status,
    actual: Action,
  };
}

function toOutcome(event: RecordedEvent): unknown {
  const { Error: error, Result } = readDetails(event);
  if (error) throw toError(error.Payload);
  return Result?.Payload === undefined ? undefined : parseResult(Result.Payload);
}

function parseResult(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    // The function serializes results in another way.
    return payload;
  }
}

function toError({ ErrorType, ErrorMessage, ErrorData, StackTrace }: RecordedError = {}): Error {
  const error = Object.assign(new Error(ErrorMessage), {
    name: ErrorType ?? 'Error',
    ...(ErrorData === undefined ? {} : { errorData: ErrorData }),
  });
  if (StackTrace) error.stack = StackTrace.join('\n');
  return error;
}
