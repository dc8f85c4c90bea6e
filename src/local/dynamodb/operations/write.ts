import { AwsError } from '../../wire/aws-error.ts';
import { Spending } from '../capacity.ts';
import { invalid, invalidParameter } from '../errors.ts';
import type { Action, Condition } from '../expression/ast.ts';
import { Bindings, type Bound, type ExpressionInput } from '../expression/bindings.ts';
import { holds } from '../expression/condition.ts';
import { project } from '../expression/projection.ts';
import { applyUpdate } from '../expression/update.ts';
import { type EncodedKey, exactKey, primaryKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { checkItem, type Item, itemSize } from '../values.ts';
import { type Context, consumed, refuseLegacy } from './context.ts';

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

/** One change of one item, checked as far as it can be without reading the item. */
export interface Change {
  readonly table: Table;
  readonly key: EncodedKey;
  readonly condition: Bound<Condition> | undefined;
  readonly update?: Bound<Action[]> | undefined;
  /** What the item becomes; undefined for removed, and `old` for a check alone. */
  next(old: Item | undefined): Item | undefined;
  readonly returnOld: boolean;
}

export type WriteKind = 'Put' | 'Delete' | 'Update' | 'ConditionCheck';

/** Checks the input of a write and makes the change of it. */
export function prepare(context: Context, kind: WriteKind, input: WriteInput): Change {
  refuseLegacy(input);
  const content = checkItem((kind === 'Put' ? input.Item : input.Key) ?? {});
  const bindings = new Bindings(input);
  const update = kind === 'Update' ? bindings.update(input.UpdateExpression) : undefined;
  const condition = bindings.condition('ConditionExpression', input.ConditionExpression);
  bindings.finish();
  if (kind === 'Put' && itemSize(content) > 400 * 1024) {
    throw invalid('Item size has exceeded the maximum allowed size');
  }
  const table = context.tables.get(input.TableName);
  const key = kind === 'Put' ? primaryKey(table, content) : exactKey(table, content);
  if (update) refuseKeyUpdates(table, update);
  const returnOld = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  const next = (old: Item | undefined): Item | undefined => {
    if (kind === 'Put') return content;
    if (kind === 'Delete') return undefined;
    if (kind === 'ConditionCheck') return old;
    return update ? applyUpdate(update, old ?? content) : (old ?? content);
  };
  return { table, key, condition, update, next, returnOld };
}

function refuseKeyUpdates(table: Table, { tree, bindings }: Bound<Action[]>): void {
  for (const { path } of tree) {
    const name = bindings.name(path[0] as string);
    if (table.keyNames.includes(name)) {
      throw invalidParameter(`Cannot update attribute ${name}. This attribute is part of the key`);
    }
  }
}

/** Whether the item as it is lets the change happen. */
export function allowed({ condition }: Change, old: Item | undefined): boolean {
  return condition === undefined || holds(condition, old ?? {});
}

/** Writes what `change.next` made of `old`. */
export function apply(
  { rows }: Context,
  { table, key }: Change,
  { old, item }: { old: Item | undefined; item: Item | undefined },
): void {
  if (item === old) return;
  if (item) rows.put(table, { key, item, old });
  else if (old) rows.delete(table, { key, old });
}

function run(context: Context, kind: WriteKind, input: WriteInput): object {
  const change = prepare(context, kind, input);
  const wanted = input.ReturnValues ?? 'NONE';
  if (kind !== 'Update' && wanted !== 'NONE' && wanted !== 'ALL_OLD') {
    throw invalid('Return values set to invalid value');
  }
  const spending = new Spending(context.meter, input.ReturnConsumedCapacity);
  return context.store.transact(() => {
    const old = context.rows.get(change.table, change.key);
    if (!allowed(change, old)) {
      spending.write(change.table, { old, item: old });
      throw new AwsError(
        'ConditionalCheckFailedException',
        'The conditional request failed',
        change.returnOld && old ? { fields: { Item: old } } : {},
      );
    }
    const item = change.next(old);
    apply(context, change, { old, item });
    spending.write(change.table, { old, item });
    const attributes = returned(wanted, change, { old, item });
    return {
      ...(attributes ? { Attributes: attributes } : {}),
      ...consumed(spending),
    };
  });
}

function returned(
  wanted: string,
  { update }: Change,
  { old, item }: { old: Item | undefined; item: Item | undefined },
): Item | undefined {
  if (wanted === 'ALL_OLD') return old;
  if (wanted === 'ALL_NEW') return item;
  const from = wanted === 'UPDATED_OLD' ? old : wanted === 'UPDATED_NEW' ? item : undefined;
  if (!from || !update) return undefined;
  const paths = update.tree.map(({ path }) => update.bindings.path(path));
  const picked = project(from, paths);
  return Object.keys(picked).length > 0 ? picked : undefined;
}

export const putItem = (context: Context, input: WriteInput) => run(context, 'Put', input);
export const deleteItem = (context: Context, input: WriteInput) => run(context, 'Delete', input);
export const updateItem = (context: Context, input: WriteInput) => run(context, 'Update', input);
