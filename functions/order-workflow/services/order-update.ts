/** Builds the update of an order's item: its status, the calls of a stage, and attributes that change with them. Pure. */
import { isTerminal, type OrderStatus, statuses, statusRank } from '../../contract/workflow.ts';
import type { Update } from '../../shared/tables/table.ts';

const nonTerminalStatuses = [...statuses, 'awaiting-review' as const].filter(
  (status) => !isTerminal(status),
);

/** The condition that no cancellation was requested before the hand-over. */
export const notCancelled = 'attribute_exists(handOver) OR attribute_not_exists(cancelRequested)';

export interface OrderChange {
  /** The statuses to append, in order; the last one becomes the order's status. */
  readonly reached: readonly OrderStatus[];
  /** The calls of simulated services to append. */
  readonly calls?: readonly string[];
  /** Other attributes to set. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** The values that attributes must have before; undefined if an attribute must not exist. */
  readonly expected?: Readonly<Record<string, unknown>>;
  /** Requires that no cancellation was requested before the hand-over. */
  readonly unlessCancelled?: boolean;
}

/**
 * Builds an update of an existing order. Its condition fails if the order's status ranks as high as the last new one, or, without a
 * new status, if one of the calls is recorded: an earlier attempt has written the change.
 */
export function buildOrderUpdate(change: OrderChange): Update {
  const { attributes = {}, calls = [] } = change;
  const placeholders = createPlaceholders();
  const { name, value } = placeholders;
  const now = new Date().toISOString();
  const sets = Object.entries(attributes).map(
    ([attribute, next]) => `${name(attribute)} = ${value(next)}`,
  );
  const status = change.reached.at(-1);
  if (status !== undefined) {
    const transitions = change.reached.map((reached) => ({ status: reached, at: now }));
    sets.push(
      `${name('status')} = ${value(status)}`,
      `updatedAt = ${value(now)}`,
      `transitions = list_append(transitions, ${value(transitions)})`,
    );
  }
  if (calls.length > 0) {
    sets.push(`calls = list_append(if_not_exists(calls, ${value([])}), ${value([...calls])})`);
  }
  const ConditionExpression = conditionsOf(change, placeholders).join(' AND ');
  // An order that has moved on no longer waits for a provider.
  const remove = status === undefined ? '' : ' REMOVE waitingFor, waitingSince';
  const UpdateExpression = `SET ${sets.join(', ')}${remove}`;
  return { UpdateExpression, ConditionExpression, ...placeholders.all() };
}

function conditionsOf(
  { reached, calls = [], expected = {}, unlessCancelled }: OrderChange,
  { name, value }: Placeholders,
): string[] {
  const status = reached.at(-1);
  const conditions = ['attribute_exists(orderId)'];
  if (status !== undefined) {
    const earlier = nonTerminalStatuses.filter((other) => statusRank(other) < statusRank(status));
    conditions.push(`${name('status')} IN (${earlier.map(value).join(', ')})`);
  } else conditions.push(...calls.map((call) => `NOT contains(calls, ${value(call)})`));
  for (const [attribute, before] of Object.entries(expected)) {
    conditions.push(
      before === undefined
        ? `attribute_not_exists(${name(attribute)})`
        : `${name(attribute)} = ${value(before)}`,
    );
  }
  if (unlessCancelled) conditions.push(`(${notCancelled})`);
  return conditions;
}

type Placeholders = ReturnType<typeof createPlaceholders>;

/** Replaces names, which may be reserved words of DynamoDB, and values by placeholders. */
function createPlaceholders() {
  const ExpressionAttributeNames: Record<string, string> = {};
  const ExpressionAttributeValues: Record<string, unknown> = {};
  return {
    name: (attribute: string): string => {
      ExpressionAttributeNames[`#${attribute}`] = attribute;
      return `#${attribute}`;
    },
    value: (value: unknown): string => {
      const placeholder = `:v${Object.keys(ExpressionAttributeValues).length}`;
      ExpressionAttributeValues[placeholder] = value;
      return placeholder;
    },
    /** Without names, if none is replaced: DynamoDB rejects an empty map. */
    all: () => ({
      ...(Object.keys(ExpressionAttributeNames).length > 0 && { ExpressionAttributeNames }),
      ExpressionAttributeValues,
    }),
  };
}
