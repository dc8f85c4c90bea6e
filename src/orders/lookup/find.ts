/** Finds orders by their references. */

import { existsSync, readFileSync } from 'node:fs';
import type { Stack } from '../../environment/stack.ts';
import { cachePath } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import type { ListedOrder } from '../tables/listing-table.ts';
import { readOrders } from '../tables/orders-table.ts';
import { cacheForCompletion } from './completion-cache.ts';
import { findExecution } from './executions.ts';
import { listNewestFirst } from './listing-index.ts';
import { isPrefix, type OrderReference, parseReference, pickByPrefix } from './order-reference.ts';

/** An existing order, with its execution if that is already known. */
export interface LocatedOrder {
  readonly orderId: string;
  readonly executionArn?: string;
  /** When this process submitted it (RFC 3339 UTC). */
  readonly submittedAt?: string;
}

interface LocalSubmission extends LocatedOrder {
  /** When this machine submitted the order (RFC 3339 UTC). */
  readonly createdAt: string;
}

/** Prefixes are searched among this many of the newest orders. */
const searchedOrders = 1000;
/** Prefixes and relative references are searched this far back (days). */
const searchedDays = 30;
/** The item and the execution of a new order become visible within this time (ms). */
const itemDelayMs = 30_000;
/** Maximum number of local submissions that may be newer than the newest listed order. */
const maxUnlisted = 10;

/**
 * Finds the order of a reference: a full id, a unique prefix, `latest`, `@-2`, or an execution ARN. Throws a UserError if
 * there is none (exit 5).
 */
export async function findOrder(stack: Stack, text: string): Promise<LocatedOrder> {
  const [found] = await findOrders(stack, [text]);
  if (found) return found;
  throw orderNotFoundError(stack.target, text);
}

/** Finds the orders of several references, in their order and without duplicates. Throws like `findOrder`. */
export async function findOrders(stack: Stack, texts: readonly string[]): Promise<LocatedOrder[]> {
  const references = texts.map(parseReference);
  const finder = new OrderFinder(stack);
  await finder.readItems(
    references.flatMap((reference) => (reference.kind === 'id' ? [reference.text] : [])),
  );
  const found = new Map<string, LocatedOrder>();
  for (const reference of references) {
    const order = await finder.find(reference);
    if (!found.has(order.orderId)) found.set(order.orderId, order);
  }
  return [...found.values()];
}

/** Looks references up in the orders table, the listing index and the local submissions; reads each at most once. */
class OrderFinder {
  readonly #stack: Stack;
  readonly #submitted: readonly LocalSubmission[];
  #items = new Map<string, LocatedOrder>();
  #listed: readonly ListedOrder[] = [];
  #listedCount = 0;

  constructor(stack: Stack) {
    this.#stack = stack;
    this.#submitted = readLocalSubmissions(stack.target);
  }

  async readItems(ids: readonly string[]): Promise<void> {
    const fields = ['orderId', 'executionArn', 'createdAt'] as const;
    const items = await readOrders(this.#stack, { ids, fields });
    cacheForCompletion(this.#stack.target, items.values());
    this.#items = items;
  }

  async find(reference: OrderReference): Promise<LocatedOrder> {
    if (reference.kind === 'arn') {
      return { orderId: reference.orderId, executionArn: reference.arn };
    }
    if (reference.kind === 'recent') return this.#findRecent(reference.back);
    const { text } = reference;
    const found = this.#items.get(text) ?? (await this.#findWithoutItem(text));
    if (found) return found;
    throw orderNotFoundError(this.#stack.target, text);
  }

  async #findWithoutItem(text: string): Promise<LocatedOrder | undefined> {
    const submission = this.#findSubmission(text);
    if (submission || !isPrefix(text)) return this.#findExecuting(text, submission);
    const listed = await this.#listNewest(searchedOrders);
    const ids = [...this.#submitted, ...listed].map(({ orderId }) => orderId);
    const orderId = pickByPrefix(text, ids);
    if (orderId === undefined) return this.#findExecuting(text, undefined);
    if (listed.some((order) => order.orderId === orderId)) return { orderId };
    return this.#findExecuting(orderId, this.#findSubmission(orderId));
  }

  #findSubmission(orderId: string): LocalSubmission | undefined {
    return this.#submitted.findLast((submission) => submission.orderId === orderId);
  }

  /** Finds an order whose item does not exist yet, by its execution. */
  async #findExecuting(
    orderId: string,
    submission: LocalSubmission | undefined,
  ): Promise<LocatedOrder | undefined> {
    if (submission && Date.now() - Date.parse(submission.createdAt) < itemDelayMs) {
      const { executionArn } = submission;
      return { orderId, ...(executionArn ? { executionArn } : {}) };
    }
    const executionArn = await findExecution(this.#stack, orderId);
    return executionArn === undefined ? undefined : { orderId, executionArn };
  }

  /** Finds the order `back` places from the newest. Local submissions count from their submission, others from their item. */
  async #findRecent(back: number): Promise<LocatedOrder> {
    const listed = await this.#listNewest(back + maxUnlisted);
    const known = new Set(listed.map(({ orderId }) => orderId));
    const oldest = listed.length < back ? '' : (listed.at(-1)?.createdAt ?? '');
    const unlisted = this.#submitted
      .slice(-maxUnlisted)
      .filter(({ orderId, createdAt }) => !known.has(orderId) && createdAt > oldest);
    const submittedAt = new Map(
      this.#submitted.map(({ orderId, createdAt }) => [orderId, createdAt]),
    );
    const byAge = [...listed, ...unlisted]
      .map(({ orderId, createdAt }) => ({ orderId, at: submittedAt.get(orderId) ?? createdAt }))
      .sort((a, b) => (a.at < b.at ? 1 : -1));
    let count = 0;
    for (const { orderId } of byAge) {
      const submission = unlisted.find((order) => order.orderId === orderId);
      const found = submission ? await this.#findExecuting(orderId, submission) : { orderId };
      if (found) count += 1;
      if (found && count === back) return found;
    }
    throw tooFewOrdersError(this.#stack.target, count);
  }

  async #listNewest(count: number): Promise<readonly ListedOrder[]> {
    if (this.#listedCount >= count) return this.#listed.slice(0, count);
    const range = {
      since: new Date(Date.now() - searchedDays * 86_400_000).toISOString(),
      pageSize: count,
    };
    const listed: ListedOrder[] = [];
    for await (const order of listNewestFirst(this.#stack, range)) {
      listed.push(order);
      if (listed.length === count) break;
    }
    this.#listed = listed;
    this.#listedCount = count;
    return listed;
  }
}

function tooFewOrdersError(target: Target, count: number): UserError {
  const where = `in ${target.environment.name} in the last ${searchedDays} days`;
  const orders = count === 1 ? '1 order' : `${count || 'no'} orders`;
  return new UserError(
    `There ${count === 1 ? 'is' : 'are'} ${count ? 'only ' : ''}${orders} ${where}.`,
    {
      hint: count === 0 ? 'orders submit --sample low' : 'orders list',
      exit: 5,
      code: 'NotFound',
    },
  );
}

function orderNotFoundError(target: Target, text: string): UserError {
  return new UserError(`No order "${text}" in ${target.environment.name}.`, {
    hint: isPrefix(text) ? 'orders get latest' : 'give at least 4 characters after "order-"',
    exit: 5,
    code: 'NotFound',
  });
}

/** Reads the orders that this machine submitted to the environment, oldest first. */
function readLocalSubmissions(target: Target): LocalSubmission[] {
  const file = cachePath(target, 'ids');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-searchedOrders);
  return lines.flatMap((line) => {
    const [createdAt = '', orderId, executionArn] = line.split(' ');
    return orderId ? [{ createdAt, orderId, ...(executionArn ? { executionArn } : {}) }] : [];
  });
}
