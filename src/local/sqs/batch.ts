import { AwsError } from '../wire/aws-error.ts';
import type { Operation } from '../wire/json.ts';
import { messageBytes } from './check-message.ts';
import type { MessageAttribute } from './repository.ts';

interface Entry {
  readonly Id: string;
  readonly MessageBody?: string;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttribute>>;
}

interface Batch {
  readonly QueueUrl?: string;
  readonly Entries?: readonly Entry[];
}

/** Maximum number of entries in a batch. */
const maxEntries = 10;
/** Maximum size of all messages of a batch (bytes). */
const maxBatchBytes = 1_048_576;

/** Returns batch operations. Each runs an operation for up to ten entries and reports the result of every entry. */
export function createBatchOperations(
  findQueue: (input: Batch) => string,
  entryOperations: Readonly<Record<string, (queue: string, entry: never) => object>>,
): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(entryOperations).map(([name, runEntry]) => [
      name,
      (input: Batch) => {
        const queue = findQueue(input);
        return runBatch(checkEntries(input), (entry) => runEntry(queue, entry as never));
      },
    ]),
  );
}

function runBatch(entries: NonNullable<Batch['Entries']>, runEntry: (entry: object) => object) {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    const { Id } = entry;
    try {
      Successful.push({ Id, ...runEntry(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.name, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function checkEntries({ Entries = [] }: Batch): NonNullable<Batch['Entries']> {
  if (Entries.length === 0) {
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (Entries.length > maxEntries) {
    const message = `Maximum number of entries per request are ${maxEntries}. You have sent ${Entries.length}.`;
    throw new AwsError('TooManyEntriesInBatchRequest', message);
  }
  if (new Set(Entries.map(({ Id }) => Id)).size < Entries.length) {
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
  }
  if (Entries.some(({ Id }) => !/^[\w-]{1,80}$/.test(Id ?? ''))) {
    throw new AwsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  const bytes = Entries.reduce(
    (sum, { MessageBody = '', MessageAttributes }) =>
      sum + messageBytes(MessageBody, MessageAttributes),
    0,
  );
  if (bytes > maxBatchBytes) {
    throw new AwsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${maxBatchBytes} bytes. You have sent ${bytes} bytes.`,
    );
  }
  return Entries;
}
