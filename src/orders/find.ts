import { existsSync, readFileSync } from 'node:fs';
import { listingIndex, listingShards, outputs as names } from '../../functions/contract/api.ts';
import type { Target } from '../target/resolve.ts';
import { cachePath, output, type StackOutputs } from '../target/stack.ts';
import { UserError } from '../user-error.ts';
import { isPrefix, parseReference, pickByPrefix } from './address.ts';
import { findExecution, readOrder } from './get.ts';

/** An order that exists, and its execution where that is already known. */
export interface Found {
  readonly orderId: string;
  readonly executionArn?: string;
}

interface Known extends Found {
  readonly at: string;
}

/** How many of the newest orders a prefix is looked for among, and how many days back. */
const newest = 1000;
const days = 7;

/** Finds the order that `text` names: a full id, a unique prefix, `latest`, or an execution ARN. */
export async function findOrder(
  target: Target,
  outputs: StackOutputs,
  text: string,
): Promise<Found> {
  const reference = parseReference(text);
  if (reference.kind === 'arn') {
    return { orderId: reference.orderId, executionArn: reference.arn };
  }
  const cached = submittedHere(target);
  if (reference.kind === 'latest') return findLatest(target, outputs, cached);
  const exact = cached.findLast(({ orderId }) => orderId === text);
  if (exact) return exact;
  const record = await readOrder(target, outputs, text);
  if (record) return { orderId: text, executionArn: record.executionArn };
  if (isPrefix(text)) {
    const listed = await newestOrders(target, outputs, newest);
    const all = [...cached, ...listed];
    const orderId = pickByPrefix(
      text,
      all.map((each) => each.orderId),
    );
    const match = all.find((each) => each.orderId === orderId);
    if (match) return match;
  }
  const executionArn = await findExecution(target, outputs, text);
  if (executionArn) return { orderId: text, executionArn };
  throw notFound(target, text);
}

async function findLatest(
  target: Target,
  outputs: StackOutputs,
  cached: readonly Known[],
): Promise<Found> {
  const [listed] = await newestOrders(target, outputs, 1);
  const here = cached.at(-1);
  const latest = here && (!listed || here.at > listed.at) ? here : listed;
  if (latest) return latest;
  throw new UserError(`There are no orders in ${target.environment.name} yet.`, {
    hint: 'orders submit --sample low',
    exit: 5,
    code: 'NotFound',
  });
}

function notFound(target: Target, text: string): UserError {
  return new UserError(`No order "${text}" in ${target.environment.name}.`, {
    hint: isPrefix(text) ? 'orders get latest' : 'give at least 4 characters after "order-"',
    exit: 5,
    code: 'NotFound',
  });
}

/** What this machine submitted to the environment, oldest first. */
function submittedHere(target: Target): Known[] {
  const file = cachePath(target, 'ids');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-newest);
  return lines.flatMap((line) => {
    const [at = '', orderId, executionArn] = line.split(' ');
    return orderId ? [{ at, orderId, ...(executionArn ? { executionArn } : {}) }] : [];
  });
}

/** The newest orders of the listing index, newest first; day by day, every shard of a day at once. */
async function newestOrders(
  target: Target,
  outputs: StackOutputs,
  count: number,
): Promise<Known[]> {
  const { QueryCommand } = await import('@aws-sdk/lib-dynamodb');
  const tables = await target.clients.tables();
  const shard = async (listing: string): Promise<Known[]> => {
    const answer = await tables.send(
      new QueryCommand({
        TableName: output(outputs, names.ordersTable),
        IndexName: listingIndex,
        KeyConditionExpression: 'listing = :listing',
        ExpressionAttributeValues: { ':listing': listing },
        ScanIndexForward: false,
        Limit: count,
      }),
    );
    return (answer.Items ?? []).map(({ orderId, createdAt }) => ({ orderId, at: createdAt }));
  };
  const found: Known[] = [];
  for (let back = 0; back < days && found.length < count; back++) {
    const day = new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
    const shards = Array.from({ length: listingShards }, (_, index) => shard(`${day}#${index}`));
    const ofDay = (await Promise.all(shards)).flat();
    found.push(...ofDay.sort((a, b) => (a.at < b.at ? 1 : -1)));
  }
  return found.slice(0, count);
}
