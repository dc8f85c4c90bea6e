/** Finds the orders that people name. */
import { existsSync, readFileSync } from 'node:fs';
import { cachePath, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { readOrders } from './batch-get.ts';
import { rememberSeen } from './completion-cache.ts';
import { type ListedOrder, newestFirst } from './listing-index.ts';
import { isPrefix, parseReference, pickByPrefix, type Reference } from './order-reference.ts';
import { findExecution } from './read-order.ts';

/** An order that exists, and its execution where that is already known. */
export interface Found {
  readonly orderId: string;
  readonly executionArn?: string;
}

interface Submitted extends Found {
  /** When this machine submitted it, RFC 3339 UTC. */
  readonly createdAt: string;
}

/** How many of the newest orders a name is looked for among, and how many days back. */
const newest = 1000;
const days = 30;
/** An order submitted this long ago may have no item yet, and its execution not be listed yet, ms. */
const graceMs = 30_000;
/** So many of the last submitted orders may be newer than the newest listed one. */
const mostUnlisted = 10;

/** Finds the order that `text` names: a full id, a unique prefix, `latest`, `@-2`, or an execution ARN. */
export async function findOrder(
  target: Target,
  outputs: StackOutputs,
  text: string,
): Promise<Found> {
  const [found] = await findOrders(target, outputs, [text]);
  if (found) return found;
  throw notFound(target, text);
}

/** Finds the orders that `texts` name, each as `findOrder` does, in their order and each once. */
export async function findOrders(
  target: Target,
  outputs: StackOutputs,
  texts: readonly string[],
): Promise<Found[]> {
  const references = texts.map(parseReference);
  const finder = new Finder(target, outputs);
  await finder.readAll(references.flatMap((each) => (each.kind === 'id' ? [each.text] : [])));
  const found = new Map<string, Found>();
  for (const reference of references) {
    const order = await finder.find(reference);
    if (!found.has(order.orderId)) found.set(order.orderId, order);
  }
  return [...found.values()];
}

/** Looks in the table, among the newest orders and at what was submitted here; each at most once. */
class Finder {
  readonly #target: Target;
  readonly #outputs: StackOutputs;
  readonly #submitted: readonly Submitted[];
  #items = new Map<string, Found>();
  #listed: readonly ListedOrder[] = [];
  #listedCount = 0;

  constructor(target: Target, outputs: StackOutputs) {
    this.#target = target;
    this.#outputs = outputs;
    this.#submitted = submittedHere(target);
  }

  async readAll(ids: readonly string[]): Promise<void> {
    const fields = ['orderId', 'executionArn', 'createdAt'] as const;
    const items = await readOrders(this.#target, this.#outputs, { ids, fields });
    rememberSeen(this.#target, items.values());
    this.#items = items;
  }

  async find(reference: Reference): Promise<Found> {
    if (reference.kind === 'arn') {
      return { orderId: reference.orderId, executionArn: reference.arn };
    }
    if (reference.kind === 'recent') return this.#recent(reference.back);
    const { text } = reference;
    const found = this.#items.get(text) ?? (await this.#withoutItem(text));
    if (found) return found;
    throw notFound(this.#target, text);
  }

  async #withoutItem(text: string): Promise<Found | undefined> {
    const here = this.#submitted.findLast(({ orderId }) => orderId === text);
    if (here || !isPrefix(text)) return this.#running(text, here);
    const listed = await this.#newest(newest);
    const all = [...this.#submitted, ...listed];
    const orderId = pickByPrefix(
      text,
      all.map((each) => each.orderId),
    );
    if (orderId === undefined) return this.#running(text, undefined);
    if (listed.some((each) => each.orderId === orderId)) return { orderId };
    return this.#running(
      orderId,
      this.#submitted.findLast((each) => each.orderId === orderId),
    );
  }

  /** An order whose item is not written yet, by its execution. */
  async #running(orderId: string, here: Submitted | undefined): Promise<Found | undefined> {
    if (here && Date.now() - Date.parse(here.createdAt) < graceMs) {
      const { executionArn } = here;
      return { orderId, ...(executionArn ? { executionArn } : {}) };
    }
    const executionArn = await findExecution(this.#target, this.#outputs, orderId);
    return executionArn === undefined ? undefined : { orderId, executionArn };
  }

  /** Orders submitted here count from then on, others from when their item was written. */
  async #recent(back: number): Promise<Found> {
    const listed = await this.#newest(back + mostUnlisted);
    const known = new Set(listed.map(({ orderId }) => orderId));
    const oldest = listed.length < back ? '' : (listed.at(-1)?.createdAt ?? '');
    const unlisted = this.#submitted
      .slice(-mostUnlisted)
      .filter(({ orderId, createdAt }) => !known.has(orderId) && createdAt > oldest);
    const since = new Map(this.#submitted.map(({ orderId, createdAt }) => [orderId, createdAt]));
    const byAge = [...listed, ...unlisted]
      .map(({ orderId, createdAt }) => ({ orderId, at: since.get(orderId) ?? createdAt }))
      .sort((a, b) => (a.at < b.at ? 1 : -1));
    let there = 0;
    for (const { orderId } of byAge) {
      const here = unlisted.find((each) => each.orderId === orderId);
      const found = here ? await this.#running(orderId, here) : { orderId };
      if (found) there += 1;
      if (found && there === back) return found;
    }
    throw tooFew(this.#target, there);
  }

  async #newest(count: number): Promise<readonly ListedOrder[]> {
    if (this.#listedCount >= count) return this.#listed.slice(0, count);
    const now = Date.now();
    const range = {
      since: new Date(now - days * 86_400_000).toISOString(),
      // The clocks of the machine and of AWS may differ a little.
      until: new Date(now + 3_600_000).toISOString(),
      page: count,
    };
    const listed: ListedOrder[] = [];
    for await (const order of newestFirst(this.#target, this.#outputs, range)) {
      listed.push(order);
      if (listed.length === count) break;
    }
    this.#listed = listed;
    this.#listedCount = count;
    return listed;
  }
}

function tooFew(target: Target, there: number): UserError {
  const where = `in ${target.environment.name} in the last ${days} days`;
  const orders = there === 1 ? '1 order' : `${there || 'no'} orders`;
  return new UserError(
    `There ${there === 1 ? 'is' : 'are'} ${there ? 'only ' : ''}${orders} ${where}.`,
    {
      hint: there === 0 ? 'orders submit --sample low' : 'orders list',
      exit: 5,
      code: 'NotFound',
    },
  );
}

function notFound(target: Target, text: string): UserError {
  return new UserError(`No order "${text}" in ${target.environment.name}.`, {
    hint: isPrefix(text) ? 'orders get latest' : 'give at least 4 characters after "order-"',
    exit: 5,
    code: 'NotFound',
  });
}

/** What this machine submitted to the environment, oldest first. */
function submittedHere(target: Target): Submitted[] {
  const file = cachePath(target, 'ids');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-newest);
  return lines.flatMap((line) => {
    const [createdAt = '', orderId, executionArn] = line.split(' ');
    return orderId ? [{ createdAt, orderId, ...(executionArn ? { executionArn } : {}) }] : [];
  });
}
