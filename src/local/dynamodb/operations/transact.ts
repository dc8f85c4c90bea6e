import { AwsError } from '../../wire/aws-error.ts';
import { CapacityMeter } from '../capacity.ts';
import { invalid } from '../errors.ts';
import type { Item } from '../values.ts';
import { isRepeatedToken } from './client-tokens.ts';
import { type Context, consumedCapacities } from './context.ts';
import { itemIdentity } from './read.ts';
import {
  applyChange,
  type Change,
  isConditionMet,
  prepareChange,
  type WriteInput,
  type WriteKind,
} from './write.ts';

const kinds = ['Put', 'Delete', 'Update', 'ConditionCheck'] as const;

interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

type TransactItem = Partial<Record<WriteKind, WriteInput>>;

/** TransactWriteItems. Writes all changes, or none if a condition on the previous items fails. */
export function transactWriteItems(
  context: Context,
  input: {
    readonly TransactItems?: readonly TransactItem[];
    readonly ClientRequestToken?: string;
    readonly ReturnConsumedCapacity?: string;
  },
): object {
  const items = input.TransactItems ?? [];
  if (items.length === 0 || items.length > 100) {
    throw invalid('Member must have length between 1 and 100: transactItems');
  }
  const changes = items.map((item) => toChange(context, item));
  if (new Set(changes.map(({ table, key }) => itemIdentity(table, key))).size < changes.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
  return context.store.transact(() => {
    const { ClientRequestToken: token } = input;
    if (token && isRepeatedToken(context.store, token, items)) return {};
    const capacity = new CapacityMeter(context.meter, input.ReturnConsumedCapacity);
    const reasons: CancellationReason[] = changes.map((change) =>
      tryChange(context, change, capacity),
    );
    if (reasons.some((reason) => reason.Code !== 'None')) throw transactionCancelled(reasons);
    return consumedCapacities(capacity);
  });
}

function toChange(context: Context, item: TransactItem): Change {
  const [kind, another] = kinds.filter((name) => item[name]);
  const input = kind && item[kind];
  if (!kind || !input || another) {
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  if (kind === 'ConditionCheck' && !input.ConditionExpression) {
    throw invalid('The expression can not be empty;');
  }
  return prepareChange(context, kind, input);
}

/** Applies one change and returns its result. Items are distinct, so no change affects the condition of another. */
function tryChange(context: Context, change: Change, capacity: CapacityMeter): CancellationReason {
  const old = context.items.get(change.table, change.key);
  const transactional = true;
  if (!isConditionMet(change, old)) {
    capacity.write(change.table, { old, item: old, transactional });
    return {
      Code: 'ConditionalCheckFailed',
      Message: 'The conditional request failed',
      ...(change.returnOld && old ? { Item: old } : {}),
    };
  }
  try {
    const item = change.next(old);
    applyChange(context, change, { old, item });
    capacity.write(change.table, { old, item, transactional });
    return { Code: 'None' };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { Code: 'ValidationError', Message: error.message };
  }
}

function transactionCancelled(reasons: readonly CancellationReason[]): AwsError {
  const codes = reasons.map((reason) => reason.Code).join(', ');
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { fields: { CancellationReasons: reasons } },
  );
}

interface BatchWrite {
  readonly PutRequest?: { readonly Item: unknown };
  readonly DeleteRequest?: { readonly Key: unknown };
}

/** BatchWriteItem. UnprocessedItems is always empty. */
export function batchWriteItem(
  context: Context,
  input: {
    readonly RequestItems: Readonly<Record<string, readonly BatchWrite[]>>;
    readonly ReturnConsumedCapacity?: string;
  },
): object {
  const changes = Object.entries(input.RequestItems ?? {}).flatMap(([TableName, writes]) =>
    writes.map(({ PutRequest: put, DeleteRequest: remove }) =>
      put
        ? prepareChange(context, 'Put', { TableName, Item: put.Item })
        : prepareChange(context, 'Delete', { TableName, Key: remove?.Key }),
    ),
  );
  if (changes.length > 25) throw invalid('Too many items requested for the BatchWriteItem call');
  if (changes.length === 0) {
    throw invalid('The batch write request list for a table cannot be null or empty');
  }
  if (new Set(changes.map(({ table, key }) => itemIdentity(table, key))).size < changes.length) {
    throw invalid('Provided list of item keys contains duplicates');
  }
  const capacity = new CapacityMeter(context.meter, input.ReturnConsumedCapacity);
  context.store.transact(() => {
    for (const change of changes) {
      const old = context.items.get(change.table, change.key);
      const item = change.next(old);
      applyChange(context, change, { old, item });
      capacity.write(change.table, { old, item });
    }
  });
  return { UnprocessedItems: {}, ...consumedCapacities(capacity) };
}
