/** Changes the result of an operation in a recording, to see what the code would have done. */
import { UserError } from '../user-error.ts';
import { parseEventType, readDetails } from './operation-state.ts';
import { isExternal, type RecordedEvent, type Recording } from './recording.ts';

export interface Alternative {
  /** The recording up to the changed result. */
  readonly recording: Recording;
  /** Results of later operations, by name (JSON texts): the changed ones, else the recorded ones. */
  readonly assumed: Readonly<Record<string, string>>;
}

/**
 * Returns a recording that ends with the first changed result. `results` are JSON texts by the name of the operation. Throws a UserError
 * for an operation that the recording does not have, or that has no result (exit 2).
 */
export function assumeResults(
  recording: Recording,
  results: Readonly<Record<string, string>>,
): Alternative {
  const { events } = recording;
  for (const operation of Object.keys(results)) checkOperation(events, operation);
  const first = events.findIndex((event) => isResultOf(event, results));
  const changed = events[first];
  const name = changed?.Name ?? '';
  const details = `${changed?.EventType}Details`;
  const replaced: RecordedEvent = {
    ...changed,
    [details]: {
      ...(changed?.[details] as object),
      Result: { Payload: results[name], Truncated: false },
    },
  };
  const later = events.slice(first + 1).filter((event) => event.EventType === 'StepSucceeded');
  const recorded = later.flatMap((event) => {
    const payload = readDetails(event).Result?.Payload ?? 'null';
    return event.Name === undefined ? [] : [[event.Name, payload] as const];
  });
  return {
    recording: { ...recording, status: 'RUNNING', events: [...events.slice(0, first), replaced] },
    assumed: { ...Object.fromEntries(recorded), ...results },
  };
}

function isResultOf(event: RecordedEvent, results: Readonly<Record<string, string>>): boolean {
  const isSuccess = parseEventType(event).change === 'Succeeded' && !isExternal(event);
  return isSuccess && Object.hasOwn(results, event.Name ?? '');
}

function checkOperation(events: readonly RecordedEvent[], name: string): void {
  if (events.some((event) => isResultOf(event, { [name]: '' }))) return;
  const names = events
    .filter(({ EventType }) => EventType === 'StepSucceeded')
    .map(({ Name }) => Name);
  throw new UserError(`The recording has no result of "${name}".`, {
    hint: `operations with a result: ${[...new Set(names)].join(', ')}`,
  });
}
