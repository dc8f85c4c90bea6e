import { applyEvent, type Operation } from '../operation-state.ts';
import {
  isExternal,
  type RecordedEvent,
  type RecordedInvocation,
  type Recording,
} from '../recording.ts';

/** The operations of an execution, as the replay has rebuilt them so far. */
export class ExecutionState {
  readonly operations = new Map<string, Operation>();
  /** Ended contexts whose body runs again in each invocation, because their result is too large to store. */
  readonly replayChildren = new Set<string>();
  readonly #recording: Recording;
  readonly #started: RecordedEvent | undefined;
  #updatedIds: string[] = [];

  constructor(recording: Recording, history: readonly RecordedEvent[]) {
    this.#recording = recording;
    this.#started = history[0];
  }

  /** Applies what happened before an invocation started. Returns its other events. */
  startInvocation({ events }: RecordedInvocation): readonly RecordedEvent[] {
    const first = events.findIndex((event) => !isExternal(event));
    const leading = first < 0 ? events : events.slice(0, first);
    const rest = first < 0 ? [] : events.slice(first);
    for (const event of leading) this.#apply(event);
    this.#updatedIds = leading.map(({ Id = '' }) => Id);
    // A retry that is recorded in this invocation was due when it started.
    for (const { Id = '' } of rest) {
      const operation = this.operations.get(Id);
      if (operation?.Status !== 'PENDING') continue;
      this.operations.set(Id, { ...operation, Status: 'READY' });
      this.#updatedIds.push(Id);
    }
    return rest;
  }

  #apply(event: RecordedEvent): void {
    const { Id = '' } = event;
    this.operations.set(Id, applyEvent(this.operations.get(Id), event));
  }

  /** Returns the invocation event for the current state. */
  toEvent(): object {
    const { arn, name, input } = this.#recording;
    const execution = {
      Id: this.#started?.Id,
      Type: 'EXECUTION',
      Name: name,
      Status: 'STARTED',
      StartTimestamp: Date.parse(this.#started?.EventTimestamp ?? ''),
      ExecutionDetails: input === undefined ? {} : { InputPayload: input },
    };
    return {
      DurableExecutionArn: arn,
      CheckpointToken: 'replay',
      UpdatedOperationIds: this.#updatedIds,
      InitialExecutionState: {
        Operations: [execution, ...this.#visibleOperations()],
        NextMarker: '',
      },
    };
  }

  /** Lambda leaves out the children of ended contexts, except if the body of the context runs again. */
  #visibleOperations(): Operation[] {
    const hidden = new Set<string>();
    const visible: Operation[] = [];
    for (const operation of this.operations.values()) {
      const parent = this.operations.get(operation.ParentId ?? '');
      const isClosed = parent?.EndTimestamp !== undefined && !this.replayChildren.has(parent.Id);
      if (isClosed || hidden.has(parent?.Id ?? '')) {
        hidden.add(operation.Id);
        continue;
      }
      const details = this.replayChildren.has(operation.Id)
        ? { ContextDetails: { ...(operation['ContextDetails'] as object), ReplayChildren: true } }
        : {};
      visible.push({ ...operation, ...details });
    }
    return visible;
  }
}
