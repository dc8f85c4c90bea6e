import { AwsError } from '../../wire/aws-error.ts';
import { Spending } from '../capacity.ts';
import { invalid } from '../errors.ts';
import type { Item } from '../values.ts';
import { type Context, consumedOfEach } from './context.ts';
import { identity } from './read.ts';
import { repeated } from './tokens.ts';
import { allowed, apply, type Change, prepare, type WriteInput, type WriteKind } from './write.ts';

const kinds = ['Put', 'Delete', 'Update', 'ConditionCheck'] as const;

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

type TransactItem = Partial<Record<WriteKind, WriteInput>>;

/** TransactWriteItems: every condition is tested on the items as they were, and then all is written or nothing. */
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
  if (new Set(changes.map(({ table, key }) => identity(table, key))).size < changes.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
  return context.store.transact(() => {
    const { ClientRequestToken: token } = input;
    if (token && repeated(context.store, token, items)) return {};
    const spending = new Spending(context.meter, input.ReturnConsumedCapacity);
    const reasons: Reason[] = changes.map((change) => attempt(context, change, spending));
    if (reasons.some((reason) => reason.Code !== 'None')) throw cancelled(reasons);
    return consumedOfEach(spending);
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
  return prepare(context, kind, input);
}

/** Items are distinct, so one change cannot disturb the condition of another; a cancellation undoes them all. */
function attempt(context: Context, change: Change, spending: Spending): Reason {
  const old = context.rows.get(change.table, change.key);
  const transactional = true;
  if (!allowed(change, old)) {
    spending.write(change.table, { old, item: old, transactional });
    return {
      Code: 'ConditionalCheckFailed',
      Message: 'The conditional request failed',
      ...(change.returnOld && old ? { Item: old } : {}),
    };
  }
  try {
    const item = change.next(old);
    apply(context, change, { old, item });
    spending.write(change.table, { old, item, transactional });
    return { Code: 'None' };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { Code: 'ValidationError', Message: error.message };
  }
}

function cancelled(reasons: readonly Reason[]): AwsError {
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

/** BatchWriteItem; nothing is ever left unprocessed. */
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
        ? prepare(context, 'Put', { TableName, Item: put.Item })
        : prepare(context, 'Delete', { TableName, Key: remove?.Key }),
    ),
  );
  if (changes.length > 25) throw invalid('Too many items requested for the BatchWriteItem call');
  if (changes.length === 0) {
    throw invalid('The batch write request list for a table cannot be null or empty');
  }
  if (new Set(changes.map(({ table, key }) => identity(table, key))).size < changes.length) {
    throw invalid('Provided list of item keys contains duplicates');
  }
  const spending = new Spending(context.meter, input.ReturnConsumedCapacity);
  context.store.transact(() => {
    for (const change of changes) {
      const old = context.rows.get(change.table, change.key);
      const item = change.next(old);
      apply(context, change, { old, item });
      spending.write(change.table, { old, item });
    }
  });
  return { UnprocessedItems: {}, ...consumedOfEach(spending) };
}
