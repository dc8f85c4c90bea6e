import { AwsError } from '../../wire/aws-error.ts';
import { CapacityMeter } from '../capacity.ts';
import { invalid, invalidParameter } from '../errors.ts';
import type { Action, Condition } from '../expression/ast.ts';
import { Bindings, type Bound, type ExpressionInput } from '../expression/bindings.ts';
import { evaluateCondition } from '../expression/condition.ts';
import { project } from '../expression/projection.ts';
import { applyUpdate } from '../expression/update.ts';
import { type EncodedKey, encodeExactKey, encodePrimaryKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { checkItem, type Item, itemSize } from '../values.ts';
import { type Context, consumedCapacity } from './context.ts';
import { itemIdentity } from './read.ts';

export interface WriteInput extends ExpressionInput {
  readonly TableName: string;
  readonly Key?: unknown;
  readonly Item?: unknown;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
  readonly ReturnConsumedCapacity?: string;
}

/** A change of one item. Its input has passed all checks that do not read the item. */
export interface Change {
  readonly table: Table;
  readonly key: EncodedKey;
  readonly condition: Bound<Condition> | undefined;
  readonly update?: Bound<Action[]> | undefined;
  /** Returns the new item; undefined for a deletion, `old` for a condition check. */
  next(old: Item | undefined): Item | undefined;
  readonly returnOld: boolean;
}

export type WriteKind = 'Put' | 'Delete' | 'Update' | 'ConditionCheck';

/** Returns the change that a request describes. Throws ValidationException if the input is not valid. */
export function prepareChange(context: Context, kind: WriteKind, input: WriteInput): Change {
  const content = checkItem((kind === 'Put' ? input.Item : input.Key) ?? {});
  const bindings = new Bindings(input);
  const update = kind === 'Update' ? bindings.update(input.UpdateExpression) : undefined;
  const condition = bindings.condition('ConditionExpression', input.ConditionExpression);
  bindings.checkAllUsed();
  if (kind === 'Put' && itemSize(content) > 400 * 1024) {
    throw invalid('Item size has exceeded the maximum allowed size');
  }
  const table = context.tables.get(input.TableName);
  const key = kind === 'Put' ? encodePrimaryKey(table, content) : encodeExactKey(table, content);
  if (update) rejectKeyUpdates(table, update);
  const returnOld = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  const next = (old: Item | undefined): Item | undefined => {
    if (kind === 'Put') return content;
    if (kind === 'Delete') return undefined;
    if (kind === 'ConditionCheck') return old;
    return update ? applyUpdate(update, old ?? content) : (old ?? content);
  };
  return { table, key, condition, update, next, returnOld };
}

function rejectKeyUpdates(table: Table, { tree, bindings }: Bound<Action[]>): void {
  for (const { path } of tree) {
    const name = bindings.name(path[0] as string);
    if (table.keyNames.includes(name)) {
      throw invalidParameter(`Cannot update attribute ${name}. This attribute is part of the key`);
    }
  }
}

/** Reports whether the previous item satisfies the condition of a change. */
export function isConditionMet({ condition }: Change, old: Item | undefined): boolean {
  return condition === undefined || evaluateCondition(condition, old ?? {});
}

/** Writes or deletes an item if it differs from the previous one. */
export function applyChange(
  { items }: Context,
  { table, key }: Change,
  { old, item }: { old: Item | undefined; item: Item | undefined },
): void {
  if (item === old) return;
  if (item) items.put(table, { key, item, old });
  else if (old) items.delete(table, { key, old });
}

function writeItem(context: Context, kind: WriteKind, input: WriteInput): object {
  const change = prepareChange(context, kind, input);
  const returnValues = input.ReturnValues ?? 'NONE';
  if (kind !== 'Update' && returnValues !== 'NONE' && returnValues !== 'ALL_OLD') {
    throw invalid('Return values set to invalid value');
  }
  const capacity = new CapacityMeter(context, input.ReturnConsumedCapacity);
  return context.store.transact(() => {
    const { table, key } = change;
    const id = itemIdentity(table, key);
    context.ongoing?.rejectConflict(id);
    const old = context.items.get(table, key);
    if (!isConditionMet(change, old)) {
      capacity.write(table, { key, old, item: old });
      throw new AwsError(
        'ConditionalCheckFailedException',
        'The conditional request failed',
        change.returnOld && old ? { fields: { Item: old } } : {},
      );
    }
    const item = change.next(old);
    applyChange(context, change, { old, item });
    capacity.write(table, { key, old, item });
    context.ongoing?.noteWrite(id, context.store.committed());
    const attributes = selectReturned(returnValues, change, { old, item });
    return {
      ...(attributes ? { Attributes: attributes } : {}),
      ...consumedCapacity(capacity),
    };
  });
}

function selectReturned(
  returnValues: string,
  { update }: Change,
  { old, item }: { old: Item | undefined; item: Item | undefined },
): Item | undefined {
  if (returnValues === 'ALL_OLD') return old;
  if (returnValues === 'ALL_NEW') return item;
  const from =
    returnValues === 'UPDATED_OLD' ? old : returnValues === 'UPDATED_NEW' ? item : undefined;
  if (!from || !update) return undefined;
  const paths = update.tree.map(({ path }) => update.bindings.path(path));
  const picked = project(from, paths);
  return Object.keys(picked).length > 0 ? picked : undefined;
}

export const putItem = (context: Context, input: WriteInput) => writeItem(context, 'Put', input);
export const deleteItem = (context: Context, input: WriteInput) =>
  writeItem(context, 'Delete', input);
export const updateItem = (context: Context, input: WriteInput) =>
  writeItem(context, 'Update', input);
