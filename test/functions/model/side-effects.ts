import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { recordedCalls } from '../../../functions/contract/recorded-calls.ts';
import { stockKey } from '../../../functions/contract/stock.ts';
import { loyaltyBalanceKey, paymentKey } from '../../../functions/contract/tables.ts';
import { type StageId, stage, type UndoId } from '../../../functions/contract/workflow.ts';
import type { ShardStock } from '../../../src/orders/tables/products-table.ts';
import { type Notice, type Outcome, technicalFailureCodes, undoable } from './order.ts';

/** Converts a table's name in the template to its name in the stack. */
type NameOf = (table: string) => string;

/** Reads orders, payments, stock, points and provider calls from the tables. */
export function createSideEffectModel(
  documents: DynamoDBDocumentClient,
  nameOf: NameOf = (table) => table,
) {
  const item = async (table: string, Key: object) => {
    const get = new GetCommand({ TableName: nameOf(table), Key, ConsistentRead: true });
    return (await documents.send(get)).Item;
  };

  const recordOf = async (orderId: string) =>
    (await item('OrdersTable', { orderId })) as OrderRecord;

  /** The calls on the order's item and in the provider-calls table. */
  async function callsOf(orderId: string): Promise<Record<string, unknown>[]> {
    const record: OrderRecord | undefined = await recordOf(orderId);
    const recorded = record ? recordedCalls(record) : [];
    const { Items = [] } = await documents.send(
      new QueryCommand({
        TableName: nameOf('ProviderCallsTable'),
        KeyConditionExpression: 'orderId = :id',
        ExpressionAttributeValues: { ':id': orderId },
      }),
    );
    return [...recorded.map((call) => ({ ...call, effective: true })), ...Items];
  }

  /** The stock of a product: the sums of its shards; undefined if it has no item. */
  async function stockOf(productId: string) {
    const shards = await shardsOf(productId);
    if (shards.length === 0) return undefined;
    const sum = (field: string) =>
      shards.reduce((total, shard) => total + Number(shard?.[field] ?? 0), 0);
    return { available: sum('available'), reserved: sum('reserved'), sold: sum('sold') };
  }

  /** The items of a product's shards. */
  async function shardsOf(productId: string) {
    const head = await item('ProductsTable', stockKey({ productId, shard: 0 }));
    const others = Array.from({ length: Number(head?.['shards'] ?? 1) - 1 }, (_, index) =>
      item('ProductsTable', stockKey({ productId, shard: index + 1 })),
    );
    return head ? [head, ...(await Promise.all(others))] : [];
  }

  return {
    callsOf,
    /** The counters of each shard of a product. */
    async shardStockOf(productId: string): Promise<ShardStock[]> {
      const shards = await shardsOf(productId);
      return shards.flatMap((found, shard) => {
        const { available = 0, reserved = 0, sold = 0, shards: count } = found ?? {};
        const counters = { available, reserved, sold, ...(count && { shards: count }) };
        return found ? [{ productId, shard, ...counters }] : [];
      });
    },
    recordOf,
    pointsOf: async (customerId: string) =>
      Number((await item('LoyaltyTable', loyaltyBalanceKey(customerId)))?.['points'] ?? 0),
    /** The charged amount that was not refunded (minor units). */
    async paidFor(orderId: string): Promise<number> {
      const payment = await item('PaymentsTable', { idempotencyKey: paymentKey(orderId) });
      return payment?.['state'] === 'charged' ? Math.round(Number(payment['amount']) * 100) : 0;
    },
    /** How often each message of the order was sent. */
    async messagesOf(orderId: string): Promise<Record<string, number>> {
      const sent: Record<string, number> = {};
      for (const { call, effective } of await callsOf(orderId)) {
        const name = String(call);
        if (effective && /^send-.*-(email|text)$/.test(name)) sent[name] = (sent[name] ?? 0) + 1;
      }
      return sent;
    },
    stockOf,
    /** The final state of an order, in the terms of the model. */
    async outcomeOf(orderId: string): Promise<Outcome> {
      const record = (await item('OrdersTable', { orderId })) as OrderRecord;
      const calls = await callsOf(orderId);
      const effective = (call: string) =>
        calls.filter((logged) => logged['call'] === call && logged['effective']).length;
      const end = record.flagged ? 'flagged' : record.status;
      const kinds = ['shipped', 'failed', 'cancelled'] as const;
      const why =
        record.failure &&
        (technicalFailureCodes.find((code) => code === record.failure?.code) ?? 'rejected');
      return {
        end: end as Outcome['end'],
        ...(why && { why }),
        remaining: undoable.filter(
          (id) => effective(callOf(id)) !== effective(callOf(stage(id).undo)),
        ),
        undone: undoable
          .map((id) => stage(id).undo)
          .flatMap((undo) => Array<UndoId>(effective(callOf(undo))).fill(undo))
          .reverse(),
        paid: effective('charge') - effective('refund'),
        stock: record.reservation ?? 'none',
        notices: kinds.flatMap((kind) => Array<Notice>(effective(`send-${kind}-email`)).fill(kind)),
        points: effective('update-loyalty-points') === 1,
        statuses: record.transitions.map(({ status }) => status),
      };
    },
  };
}

export type SideEffectModel = ReturnType<typeof createSideEffectModel>;

/** Stages and undos that the services log under another name. */
const otherNames: Readonly<Partial<Record<StageId | UndoId, string>>> = {
  'process-payment': 'charge',
  'refund-payment': 'refund',
};

const callOf = (id: StageId | UndoId) => otherNames[id] ?? id;
