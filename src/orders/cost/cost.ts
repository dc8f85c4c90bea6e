/** Calculates the AWS cost of an order from the resources that it uses. Pure. */
import type { OrderUsage, TableUsage } from './measure.ts';
import { prices } from './prices.ts';

export interface CostLine {
  readonly id: string;
  readonly what: string;
  /** Quantity per order. */
  readonly quantity: number;
  /** Quantity of the original sample, if known. */
  readonly original?: number;
  /** Dollars per million orders; absent if not billed separately. */
  readonly perMillion?: number;
  /** Why the quantity is higher than in the original sample. */
  readonly because?: string;
}

export interface Cost {
  readonly lines: readonly CostLine[];
  /** Dollars per million orders. */
  readonly perMillion: number;
  /** Part of `perMillion` for simulated services, which an adopter replaces. */
  readonly simulatedPerMillion: number;
  /** Part of `perMillion` for the API and the function behind it, which an order that is not submitted through the API does not use. */
  readonly apiPerMillion: number;
  /** Date of the prices. */
  readonly pricesAsOf: string;
}

const million = 1e6;
const bytesPerGigabyte = 1e9;
/** Retention of an ended execution, the template's default (days). */
const retentionDays = 7;

/** Tables of the simulated services. */
const simulatedTables: ReadonlySet<string> = new Set(['PaymentsTable', 'ProviderCallsTable']);

/** Returns the cost of the measured resources, with the original sample's quantities for comparison. */
export function calculateCost(usage: OrderUsage): Cost {
  const { tables } = usage;
  const orders = tables['OrdersTable'] ?? noUsage;
  const shopTables = Object.keys(tables).filter(
    (name) => name !== 'OrdersTable' && !simulatedTables.has(name),
  );
  const lines = [
    ...executionLines(usage),
    writeLine({ id: 'orders-writes', what: 'writes to the orders table', original: 16 }, [
      orders.writes,
      orders.writeUnits,
    ]),
    writeLine(
      {
        id: 'index-writes',
        what: 'writes to the orders index',
        original: 0,
        because: 'lists orders by day without reading the whole table',
      },
      [orders.indexWrites, orders.indexWriteUnits],
    ),
    writeLine(
      {
        id: 'shop-writes',
        what: 'writes of stock and points',
        original: 0,
        because: 'real stock that is never oversold, real loyalty points',
      },
      countWrites(sumTables(tables, shopTables)),
    ),
    writeLine(
      {
        id: 'simulated-writes',
        what: 'writes of simulated services',
        original: 0,
        because: 'records charges and messages; your own services replace these',
      },
      countWrites(sumTables(tables, [...simulatedTables])),
    ),
    ...requestLines(usage),
    readLine(sumTables(tables, Object.keys(tables))),
    {
      id: 'log-bytes',
      what: 'log bytes',
      quantity: usage.logBytes,
      perMillion: (usage.logBytes / bytesPerGigabyte) * prices.logGigabyte * million,
    },
    ...apiLines(usage),
  ];
  const total = (costLines: readonly CostLine[]) =>
    costLines.reduce((sum, { perMillion = 0 }) => sum + perMillion, 0);
  return {
    lines: lines.map((line) =>
      line.perMillion === undefined ? line : { ...line, perMillion: roundToCents(line.perMillion) },
    ),
    perMillion: roundToCents(total(lines)),
    simulatedPerMillion: roundToCents(total(lines.filter(({ id }) => id === 'simulated-writes'))),
    apiPerMillion: roundToCents(total(apiLines(usage))),
    pricesAsOf: prices.asOf,
  };
}

const roundToCents = (amount: number) => Math.round(amount * 100) / 100;

/** Requests are not billed, but each takes time; a transaction is one request that writes several items. */
function requestLines({ tables, writeRequests }: OrderUsage): CostLine[] {
  const count = (simulated: boolean) =>
    Object.entries(writeRequests)
      .filter(
        ([names]) => names.split('+').every((name) => simulatedTables.has(name)) === simulated,
      )
      .reduce((sum, [, requests]) => sum + requests, 0);
  const { writeUnits, indexWriteUnits } = sumTables(tables, Object.keys(tables));
  return [
    { id: 'write-requests', what: 'write requests', quantity: count(false), original: 16 },
    {
      id: 'simulated-requests',
      what: 'write requests of simulated services',
      quantity: count(true),
    },
    {
      id: 'write-units',
      what: 'write units of all tables and indexes',
      quantity: writeUnits + indexWriteUnits,
    },
  ];
}

function apiLines({ intake: { invocations, gigabyteSeconds } }: OrderUsage): CostLine[] {
  return [
    {
      id: 'api-requests',
      what: 'API requests, if submitted through it',
      quantity: 1,
      original: 1,
      perMillion: prices.apiRequest * million,
    },
    {
      id: 'intake-invocations',
      what: 'invocations of the function behind the API',
      quantity: invocations,
      original: 0,
      because: 'exact errors for invalid, repeated and throttled requests',
      perMillion:
        (invocations * prices.invocation + gigabyteSeconds * prices.gigabyteSecond) * million,
    },
  ];
}

function executionLines(usage: OrderUsage): CostLine[] {
  const { operations, checkpoints, checkpointBytes, invocations, gigabyteSeconds } = usage;
  const written = checkpointBytes / bytesPerGigabyte;
  const retained = written * prices.durableGigabyteMonth * (retentionDays / 30);
  return [
    {
      id: 'operations',
      what: 'durable operations',
      quantity: operations,
      original: 18,
      perMillion: operations * prices.durableOperation * million,
    },
    {
      id: 'checkpoints',
      what: 'checkpoint calls',
      quantity: checkpoints,
      original: 28,
      ...(checkpoints > 28 && {
        because: 'the SDK batches checkpoints only if calls take longer than on this machine',
      }),
    },
    {
      id: 'checkpoint-bytes',
      what: 'checkpoint bytes, retained for a week',
      quantity: checkpointBytes,
      perMillion: (written * prices.durableGigabyteWritten + retained) * million,
    },
    {
      id: 'invocations',
      what: 'invocations',
      quantity: invocations,
      original: 3,
      perMillion: invocations * prices.invocation * million,
    },
    {
      id: 'gigabyte-seconds',
      what: 'GB-seconds, on this machine',
      quantity: gigabyteSeconds,
      perMillion: gigabyteSeconds * prices.gigabyteSecond * million,
    },
  ];
}

const noUsage: TableUsage = {
  writes: 0,
  writeUnits: 0,
  indexWrites: 0,
  indexWriteUnits: 0,
  reads: 0,
  readUnits: 0,
};

function sumTables(tables: OrderUsage['tables'], names: readonly string[]): TableUsage {
  return names.reduce((sum, name) => {
    const usage = tables[name] ?? noUsage;
    const keys = Object.keys(noUsage) as (keyof TableUsage)[];
    return Object.fromEntries(
      keys.map((key) => [key, sum[key] + usage[key]]),
    ) as unknown as TableUsage;
  }, noUsage);
}

function writeLine(
  line: Pick<CostLine, 'id' | 'what' | 'original' | 'because'>,
  [quantity, units]: readonly [number, number],
): CostLine {
  return { ...line, quantity, perMillion: units * prices.writeUnit * million };
}

/** Returns the writes to tables, and the billed write units of tables and indexes. */
const countWrites = ({ writes, writeUnits, indexWriteUnits }: TableUsage) =>
  [writes, writeUnits + indexWriteUnits] as const;

function readLine({ reads: quantity, readUnits }: TableUsage): CostLine {
  return {
    id: 'reads',
    what: 'reads of all tables',
    quantity,
    perMillion: readUnits * prices.readUnit * million,
  };
}
