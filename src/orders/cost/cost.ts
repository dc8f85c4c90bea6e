/** What an order costs on AWS, from what it takes. Pure. */
import type { Measured, TableWork } from './measure.ts';
import { prices } from './prices.ts';

export interface CostLine {
  readonly id: string;
  readonly what: string;
  /** Of one order. */
  readonly quantity: number;
  /** The original sample's, where it is known. */
  readonly original?: number;
  /** Dollars for a million orders; absent for what is not billed by itself. */
  readonly perMillion?: number;
  /** Why it is more than the original's, and what that is good for. */
  readonly because?: string;
}

export interface Cost {
  readonly lines: readonly CostLine[];
  /** Dollars for a million orders. */
  readonly perMillion: number;
  /** Of that, for the services that are simulated: an adopter's own come in their place. */
  readonly simulatedPerMillion: number;
  /** The day of the prices. */
  readonly pricesAsOf: string;
}

const million = 1e6;
const gigabyte = 1e9;
/** Days that an ended execution is kept, the template's default. */
const retentionDays = 7;

/** The tables of services that are simulated. */
const simulated: ReadonlySet<string> = new Set(['PaymentsTable', 'ProviderCallsTable']);

/** Prices what was measured, beside what is known of the original sample. */
export function costOf(measured: Measured): Cost {
  const { tables } = measured;
  const orders = tables['OrdersTable'] ?? nothing;
  const shop = Object.keys(tables).filter((name) => name !== 'OrdersTable' && !simulated.has(name));
  const lines = [
    ...executionLines(measured),
    writes({ id: 'orders-writes', what: 'writes to the orders table', original: 16 }, [
      orders.writes,
      orders.writeUnits,
    ]),
    writes(
      {
        id: 'index-writes',
        what: 'writes to its index',
        original: 0,
        because: 'lists orders by day without reading the whole table',
      },
      [orders.indexWrites, orders.indexWriteUnits],
    ),
    writes(
      {
        id: 'shop-writes',
        what: 'writes of stock and points',
        original: 0,
        because: 'real stock that is never oversold, real loyalty points',
      },
      toTables(sumOf(tables, shop)),
    ),
    writes(
      {
        id: 'simulated-writes',
        what: 'writes of simulated services',
        original: 0,
        because: 'shows what was charged and sent; your services come in their place',
      },
      toTables(sumOf(tables, [...simulated])),
    ),
    reads(sumOf(tables, Object.keys(tables))),
    {
      id: 'log-bytes',
      what: 'bytes of log',
      quantity: measured.logBytes,
      perMillion: (measured.logBytes / gigabyte) * prices.logGigabyte * million,
    },
    {
      id: 'api-requests',
      what: 'API requests, for an order that comes by it',
      quantity: 1,
      original: 1,
      perMillion: prices.apiRequest * million,
    },
  ];
  const total = (some: readonly CostLine[]) =>
    some.reduce((sum, { perMillion = 0 }) => sum + perMillion, 0);
  return {
    lines: lines.map((line) =>
      line.perMillion === undefined ? line : { ...line, perMillion: cents(line.perMillion) },
    ),
    perMillion: cents(total(lines)),
    simulatedPerMillion: cents(total(lines.filter(({ id }) => id === 'simulated-writes'))),
    pricesAsOf: prices.asOf,
  };
}

const cents = (amount: number) => Math.round(amount * 100) / 100;

function executionLines(measured: Measured): CostLine[] {
  const { operations, checkpoints, checkpointBytes, invocations, gigabyteSeconds } = measured;
  const written = checkpointBytes / gigabyte;
  const kept = written * prices.durableGigabyteMonth * (retentionDays / 30);
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
        because: 'the SDK sends several checkpoints in a call when calls take longer than here',
      }),
    },
    {
      id: 'checkpoint-bytes',
      what: 'bytes of checkpoints, kept for a week',
      quantity: checkpointBytes,
      perMillion: (written * prices.durableGigabyteWritten + kept) * million,
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

const nothing: TableWork = {
  writes: 0,
  writeUnits: 0,
  indexWrites: 0,
  indexWriteUnits: 0,
  reads: 0,
  readUnits: 0,
};

function sumOf(tables: Measured['tables'], names: readonly string[]): TableWork {
  return names.reduce((sum, name) => {
    const more = tables[name] ?? nothing;
    const keys = Object.keys(nothing) as (keyof TableWork)[];
    return Object.fromEntries(
      keys.map((key) => [key, sum[key] + more[key]]),
    ) as unknown as TableWork;
  }, nothing);
}

function writes(
  about: Pick<CostLine, 'id' | 'what' | 'original' | 'because'>,
  [quantity, units]: readonly [number, number],
): CostLine {
  return { ...about, quantity, perMillion: units * prices.writeUnit * million };
}

const toTables = (work: TableWork) =>
  [work.writes, work.writeUnits + work.indexWriteUnits] as const;

function reads({ reads: quantity, readUnits }: TableWork): CostLine {
  return {
    id: 'reads',
    what: 'reads of all tables',
    quantity,
    perMillion: readUnits * prices.readUnit * million,
  };
}
