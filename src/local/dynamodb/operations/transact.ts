import { AwsError } from '../../wire/aws-error.ts';
import { CapacityMeter } from '../capacity.ts';
import { conflict } from '../contention/ongoing-writes.ts';
import { toCancellationCode } from '../contention/partition-limits.ts';
import { invalid } from '../errors.ts';
import { type CancellationReason, transactionCancelled } from './cancellation.ts';
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

type TransactItem = Partial<Record<WriteKind, WriteInput>>;

/**
 * TransactWriteItems. Writes all changes, or none if a condition on the previous items fails, if another transaction is writing one
 * of them, or if a partition is exhausted.
 */
export function transactWriteItems(
  context: Context,
  input: {
    readonly TransactItems?: readonly TransactItem[];
    readonly ClientRequestToken?: string;
    readonly ReturnConsumedCapacity?: string;
  },
): object | Promise<object> {
  const items = input.TransactItems ?? [];
  if (items.length === 0 || items.length > 100) {
    throw invalid('Member must have length between 1 and 100: transactItems');
  }
  const changes = items.map((item) => toChange(context, item));
  const ids = changes.map(({ table, key }) => itemIdentity(table, key));
  if (new Set(ids).size < changes.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
  const { ClientRequestToken: token } = input;
  const write = () =>
    context.store.transact(() => {
      if (token && isRepeatedToken(context.store, token, items)) return {};
      const capacity = new CapacityMeter(context, input.ReturnConsumedCapacity);
      const reasons: CancellationReason[] = changes.map((change, index) =>
        context.ongoing?.isInTransaction(ids[index] ?? '')
          ? conflict
          : tryChange(context, change, capacity),
      );
      if (reasons.some((reason) => reason.Code !== 'None')) throw transactionCancelled(reasons);
      return consumedCapacities(capacity);
    });
  return context.ongoing?.runTransaction({ items: ids, token }, write) ?? write();
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
  const { table, key } = change;
  const old = context.items.get(table, key);
  const transactional = true;
  try {
    if (!isConditionMet(change, old)) {
      capacity.write(table, { key, old, item: old, transactional });
      return {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        ...(change.returnOld && old ? { Item: old } : {}),
      };
    }
    const item = change.next(old);
    applyChange(context, change, { old, item });
    capacity.write(table, { key, old, item, transactional });
    return { Code: 'None' };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { Code: toCancellationCode(error), Message: error.message };
  }
}
