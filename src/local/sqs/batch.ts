import { AwsError } from '../wire/aws-error.ts';
import type { Operation } from '../wire/json.ts';

interface Batch {
  readonly QueueUrl?: string;
  readonly Entries?: readonly { readonly Id: string }[];
}

/** Operations that do one thing for up to ten entries, and say of each what came of it. */
export function batched(
  queueOf: (input: Batch) => string,
  each: Readonly<Record<string, (queue: string, entry: never) => object>>,
): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(each).map(([name, one]) => [
      name,
      (input: Batch) => {
        const queue = queueOf(input);
        return run(checked(input), (entry) => one(queue, entry as never));
      },
    ]),
  );
}

function run(entries: NonNullable<Batch['Entries']>, one: (entry: object) => object) {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    const { Id } = entry;
    try {
      Successful.push({ Id, ...one(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.name, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function checked({ Entries = [] }: Batch): NonNullable<Batch['Entries']> {
  if (Entries.length === 0) {
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (Entries.length > 10) {
    const message = `Maximum number of entries per request are 10. You have sent ${Entries.length}.`;
    throw new AwsError('TooManyEntriesInBatchRequest', message);
  }
  if (new Set(Entries.map(({ Id }) => Id)).size < Entries.length) {
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
  }
  return Entries;
}
