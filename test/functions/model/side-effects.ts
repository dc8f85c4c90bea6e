import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { type StageId, stage, type UndoId } from '../../../functions/contract/workflow.ts';
import { type Notice, type Outcome, undoable } from './order.ts';

/** The tables by their names in the template; a stack has names of its own for them. */
type NameOf = (table: string) => string;

/** What the tables say of orders, payments, stock, points and the calls that services received. */
export function openBooks(documents: DynamoDBDocumentClient, nameOf: NameOf = (table) => table) {
  const item = async (table: string, Key: Record<string, string>) => {
    const get = new GetCommand({ TableName: nameOf(table), Key, ConsistentRead: true });
    return (await documents.send(get)).Item;
  };

  async function callsOf(orderId: string) {
    const { Items = [] } = await documents.send(
      new QueryCommand({
        TableName: nameOf('ProviderCallsTable'),
        KeyConditionExpression: 'orderId = :id',
        ExpressionAttributeValues: { ':id': orderId },
      }),
    );
    return Items;
  }

  return {
    callsOf,
    recordOf: async (orderId: string) => (await item('OrdersTable', { orderId })) as OrderRecord,
    pointsOf: async (customerId: string) =>
      Number((await item('LoyaltyTable', { customerId, entry: 'balance' }))?.['points'] ?? 0),
    /** What the customer has paid for it and not got back, in minor units. */
    async paidFor(orderId: string): Promise<number> {
      const payment = await item('PaymentsTable', { idempotencyKey: `${orderId}/process-payment` });
      return payment?.['state'] === 'charged' ? Math.round(Number(payment['amount']) * 100) : 0;
    },
    /** How often each message of an order was sent. */
    async messagesOf(orderId: string): Promise<Record<string, number>> {
      const sent: Record<string, number> = {};
      for (const { call, effective } of await callsOf(orderId)) {
        if (effective && /^send-.*-(email|text)$/.test(call)) sent[call] = (sent[call] ?? 0) + 1;
      }
      return sent;
    },
    stockOf: (productId: string) => item('ProductsTable', { productId }),
    /** How an order stands, in the model's terms. */
    async outcomeOf(orderId: string): Promise<Outcome> {
      const record = (await item('OrdersTable', { orderId })) as OrderRecord;
      const calls = await callsOf(orderId);
      const effective = (call: string) =>
        calls.filter((each) => each['call'] === call && each['effective']).length;
      const end = record.flagged ? 'flagged' : record.status;
      const kinds = ['shipped', 'failed', 'cancelled'] as const;
      const why = record.failure && (ownReasons.get(record.failure.code) ?? 'rejected');
      return {
        end: end as Outcome['end'],
        ...(why && { why }),
        standing: undoable.filter(
          (id) => effective(doCalls[id] ?? id) !== effective(undoCalls[stage(id).undo]),
        ),
        undone: (Object.keys(undoCalls) as UndoId[])
          .flatMap((undo) => Array<UndoId>(effective(undoCalls[undo])).fill(undo))
          .reverse(),
        paid: effective('charge') - effective('refund'),
        stock: record.reservation ?? 'none',
        notices: kinds.flatMap((kind) => Array<Notice>(effective(`send-${kind}-email`)).fill(kind)),
        points: effective('update-loyalty-points') === 1,
        statuses: record.transitions.map((each) => each.status),
      };
    },
  };
}

export type Books = ReturnType<typeof openBooks>;

const ownReasons = new Map(
  (['stopped', 'timed-out', 'technical-failure'] as const).map((code) => [code as string, code]),
);

/** Stage -> what the services log of it, if that is not its own name. */
const doCalls: Readonly<Partial<Record<StageId, string>>> = { 'process-payment': 'charge' };

/** Undo -> what the services log of it, the earliest stage's first. */
const undoCalls: Readonly<Record<UndoId, string>> = {
  'refund-payment': 'refund',
  'release-inventory': 'release-inventory',
  'void-invoice': 'void-invoice',
  'return-items': 'return-items',
  'cancel-shipping-label': 'cancel-shipping-label',
};
