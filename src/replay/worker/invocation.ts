/** One invocation of a replay: serves the handler's checkpoints, and gives it the recorded outcomes in the recorded order. */
import { applyEvent, type Operation, parseEventType } from '../operation-state.ts';
import { isExternal, type RecordedEvent } from '../recording.ts';
import type { Finding } from '../verdict.ts';
import { parseResult, toOutcome } from './attempt-outcome.ts';
import { compareUpdate, hasOtherDelay, type Update } from './compare.ts';
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
  /** Sends the response of a checkpoint that is delayed until the next recorded change. */
  #respond: (() => void) | undefined;
  /** Operations whose retry the latest checkpoint announced. */
  #announced: ReadonlySet<string> = new Set();
  /** Operations that the handler starts after the end of the history. */
  readonly frontier: Update[] = [];
  readonly replayChildren = new Set<string>();
  /** Whether the delay of a retry differs from the recorded one, which is right for a strategy with jitter. */
  hasOtherDelays = false;
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

  /**
   * Applies the updates of a checkpoint. Returns the operations that changed since the last one. If the original handler next learned
   * that a wait, a callback, a call or the delay of a retry had ended, the response is delayed until `deliverNext` is called: an immediate
   * response would let the handler suspend first, as it does when nothing is left to wait for in the invocation.
   */
  async checkpoint(updates: readonly Update[]): Promise<Operation[]> {
    for (const update of updates) this.#apply(update);
    this.#announced = new Set(
      updates.flatMap(({ Action, Id }) => (Action === 'RETRY' ? [Id] : [])),
    );
    this.#advance();
    if (this.#findDelivery()) {
      await new Promise<void>((respond) => {
        this.#respond = respond;
      });
    }
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
      this.hasOtherDelays ||= hasOtherDelay(update, event);
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
   * Responds to a delayed checkpoint, after the changes that it reports. Otherwise moves the time to the next end of a wait, a callback or a
   * call if it is due before `limit` (epoch ms). Returns whether there was either.
   */
  deliverNext(limit: number): boolean {
    const respond = this.#respond;
    if (respond) {
      this.#respond = undefined;
      for (let event = this.#findDelivery(); event; event = this.#findDelivery()) {
        this.#deliver(event);
      }
      respond();
      return true;
    }
    const next = this.#findNext();
    if (!next || !isExternal(next) || this.#dueTime(next) > limit) return false;
    this.#deliver(next);
    return true;
  }

  /**
   * Returns the next event if it reports something new to the handler: the end of a wait, a callback or a call, or an attempt whose retry
   * became due in this invocation. The history has no event for the end of a retry's delay. The SDK sees it only in a later response
   * than the one to its announcement.
   */
  #findDelivery(): RecordedEvent | undefined {
    const event = this.findMissing();
    const id = event?.Id ?? '';
    const isRetryDue = this.#operations.get(id)?.Status === 'PENDING' && !this.#announced.has(id);
    return event && (isExternal(event) || isRetryDue) ? event : undefined;
  }

  #deliver(event: RecordedEvent): void {
    advanceTime(this.#dueTime(event));
    const { Id = '' } = event;
    const operation = this.#operations.get(Id);
    if (isExternal(event)) {
      this.#observe(event);
    } else if (operation) {
      this.#operations.set(Id, { ...operation, Status: 'READY' });
      this.#changed.add(Id);
    }
    this.#advance();
  }

  #dueTime({ EventTimestamp = '' }: RecordedEvent): number {
    return Date.parse(EventTimestamp) + this.#clockShiftMs;
  }

  #findNext(): RecordedEvent | undefined {
    return this.#events.find((event) => !this.#observed.has(event) && !isStart(event));
  }

  /** Delivers the ends of waits, callbacks and calls, and the outcomes of attempts, whose turn has come. */
  #advance(): void {
    let first = this.findMissing();
    while (first && isExternal(first) && this.#dueTime(first) <= Date.now()) {
      this.#observe(first);
      first = this.findMissing();
    }
    const next = this.#findNext();
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
