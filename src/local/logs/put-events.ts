import { AwsError } from '../wire/aws-error.ts';

export interface LogEvent {
  /** Epoch ms. */
  readonly timestamp: number;
  readonly message: string;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Limits of a batch. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const maxEvents = 10_000;
const maxBatchBytes = 1_048_576;
/** CloudWatch Logs adds this to the size of each message (bytes). */
const eventOverheadBytes = 26;
const maxAgeMs = 14 * dayMs;
const maxFutureMs = 2 * hourMs;

/** The stored events of a batch, and the indexes of the rejected events. */
export interface AcceptedEvents {
  readonly accepted: readonly LogEvent[];
  /** Undefined if all events are accepted. */
  readonly rejected?: {
    /** Index of the first event that is too far in the future. */
    readonly tooNewLogEventStartIndex?: number;
    /** Index after the last event that is older than 14 days. */
    readonly tooOldLogEventEndIndex?: number;
    /** Index after the last event that is older than the retention of its group. */
    readonly expiredLogEventEndIndex?: number;
  };
}

/** Throws InvalidParameterException if a batch does not satisfy the constraints of PutLogEvents. */
export function checkBatch(events: readonly LogEvent[] | undefined): readonly LogEvent[] {
  if (!events || events.length === 0 || events.length > maxEvents) {
    throw invalid(`logEvents must have 1 to ${maxEvents} members`);
  }
  let bytes = 0;
  for (const [index, { timestamp, message }] of events.entries()) {
    if (timestamp === undefined || !message) {
      throw invalid('logEvents need a timestamp and a message of at least one character');
    }
    if (timestamp < 0 || !Number.isInteger(timestamp)) {
      throw invalid('The timestamp of a log event must be an integer of at least 0');
    }
    if (timestamp < (events[index - 1]?.timestamp ?? 0)) {
      throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
    }
    bytes += Buffer.byteLength(message) + eventOverheadBytes;
  }
  if (bytes > maxBatchBytes) {
    throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${maxBatchBytes}`);
  }
  const span = (events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0);
  if (span > dayMs) {
    throw invalid(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
  }
  return events;
}

/** Separates the events of a batch (in chronological order) that are too old or too new at `now` (epoch ms). */
export function selectAccepted(
  events: readonly LogEvent[],
  now: number,
  retentionDays: number | null,
): AcceptedEvents {
  const expiry = retentionDays === null ? Number.NEGATIVE_INFINITY : now - retentionDays * dayMs;
  const tooOld = countBefore(events, now - maxAgeMs);
  const expired = countBefore(events, expiry);
  const end = countBefore(events, now + maxFutureMs + 1);
  const accepted = events.slice(Math.max(tooOld, expired), end);
  if (accepted.length === events.length) return { accepted };
  const rejected = {
    ...(end < events.length && { tooNewLogEventStartIndex: end }),
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > tooOld && { expiredLogEventEndIndex: expired }),
  };
  return { accepted, rejected };
}

function countBefore(events: readonly LogEvent[], time: number): number {
  const index = events.findIndex(({ timestamp }) => timestamp >= time);
  return index < 0 ? events.length : index;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
