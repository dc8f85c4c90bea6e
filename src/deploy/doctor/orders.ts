/** Checks of the running orders and of the dead-letter messages. */
import { outputs as names } from '../../../functions/contract/api.ts';
import { publicFields } from '../../../functions/contract/public-order.ts';
import { isDenied } from '../../aws/errors.ts';
import type { Target } from '../../environment/target.ts';
import { isPaused } from '../../orders/lookup/execution-status.ts';
import {
  type ListedExecution,
  listExecutions,
  readExecution,
} from '../../orders/lookup/executions.ts';
import { readHistory } from '../../orders/lookup/history.ts';
import { readOrders } from '../../orders/tables/orders-table.ts';
import type { HistoryEvent } from '../../workflow/history-event.ts';
import {
  findMissingPermissions,
  formatMissingPermission,
  type MissingPermission,
} from '../../workflow/missing-permissions.ts';
import {
  findPendingAttempt,
  type PendingAttempt,
  summarizeBacklogs,
} from '../../workflow/provider-waits.ts';
import { currentWaitEnd } from '../../workflow/waits.ts';
import { summarizeActivity } from '../../workflow/work.ts';
import type { Facts } from './facts.ts';
import { type Check, failing, formatCount, listFirst, ok, warning } from './finding.ts';

/** The history of an order is read after this time without a change (ms): a function runs for a minute at most. */
const idleMs = 10 * 60_000;
/** Number of running orders checked, starting with the oldest. */
const maxOrders = 500;
/** Number of histories and of paused executions read: their API quota is small. */
const maxHistories = 10;
/** Failed orders that started before this time are not examined (ms). */
const recentMs = 24 * 60 * 60_000;

export const orders = {
  orders: {
    needs: 'stack',
    async run(facts) {
      const running = (await facts.running()).filter(({ status }) => !isPaused(status));
      const stuck = await findStuckOrders(facts);
      const [first = ''] = stuck;
      return stuck.length > 0
        ? warning(`no progress: ${listFirst(stuck)}`, `orders history ${first}`)
        : ok(formatCount(running.length, 'running order'));
    },
  },
  denials: {
    needs: 'stack',
    async run(facts) {
      const [denial, ...others] = await findDenials(facts);
      if (!denial) return ok('no order lacks a permission');
      const { orderId, missing } = denial;
      const more = others.length > 0 ? `, ${others.length} more` : '';
      return failing(
        `${orderId} may not perform ${missing.action}${more}`,
        formatMissingPermission(missing),
      );
    },
  },
  paused: {
    needs: 'stack',
    async run(facts) {
      const paused = (await facts.running()).filter(({ status }) => isPaused(status));
      if (paused.length === 0) return ok('none');
      const oldest = await readPauses(facts, paused);
      return warning(
        `${formatCount(paused.length, 'paused order')}: ${listFirst(oldest)}`,
        'orders list --paused, then orders resume',
      );
    },
  },
  providers: {
    needs: 'stack',
    async run(facts) {
      const backlogs = summarizeBacklogs(await readProviderWaits(facts));
      const [first] = backlogs;
      if (!first) return ok('no order waits for a provider');
      const described = backlogs.map(
        ({ provider, orders: count, since }) =>
          `${provider} keeps ${formatCount(count, 'order')} waiting since ${since} (${formatAge(since)})`,
      );
      return warning(described.join('; '), `orders list --waiting-for ${first.provider}`);
    },
  },
  'dead-letters': {
    needs: 'stack',
    async run(facts) {
      const QueueUrl = (await facts.outputs())[names.deadLettersUrl];
      if (!QueueUrl) return undefined;
      const { GetQueueAttributesCommand } = await import('../../aws/sdk/sqs.ts');
      const queues = await facts.target.clients.sqs();
      const counts = [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
      ] as const;
      const { Attributes = {} } = await queues.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counts] }),
      );
      const messages = counts.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
      return messages > 0
        ? warning(formatCount(messages, 'dead-letter message'), 'orders dead-letters list')
        : ok('none');
    },
  },
} as const satisfies Record<string, Check>;

/** A permission that an order lacked. */
interface Denial {
  readonly orderId: string;
  readonly missing: MissingPermission;
}

/** Returns the permissions that the newest running and failed orders lacked, each once. */
async function findDenials(facts: Facts): Promise<Denial[]> {
  const { target } = facts;
  const stack = { target, outputs: await facts.outputs() };
  const startedAfter = Date.now() - recentMs;
  const failed = [];
  for await (const execution of listExecutions(stack, { status: 'FAILED', startedAfter })) {
    failed.push(execution);
  }
  const newest = [...(await facts.running()), ...failed]
    .toSorted((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0))
    .slice(0, maxHistories);
  const denials = new Map<string, Denial>();
  for (const { orderId, arn } of newest) {
    const events = await readHistoryIfAllowed(target, arn);
    for (const missing of findMissingPermissions(events)) {
      const key = `${missing.action} ${missing.resource}`;
      if (!denials.has(key)) denials.set(key, { orderId, missing });
    }
  }
  return [...denials.values()];
}

/** Reads a history. An observer may not read executions: it gets no events. */
async function readHistoryIfAllowed(target: Target, arn: string): Promise<HistoryEvent[]> {
  return readHistory(target, arn).catch((error: unknown) => {
    if (!isDenied(error)) throw error;
    return [];
  });
}

/** Returns the paused orders, each with the time since its pause if that may be read: `order-1 for 3h (carrier outage)`. */
async function readPauses(
  { target }: Facts,
  paused: readonly ListedExecution[],
): Promise<string[]> {
  const described: string[] = [];
  for (const [index, { orderId, arn }] of paused.entries()) {
    const execution =
      index < maxHistories
        ? await readExecution(target, arn).catch((error: unknown) => {
            if (!isDenied(error)) throw error;
          })
        : undefined;
    const { requestedAt, reason } = execution?.pause ?? {};
    const age = requestedAt === undefined ? '' : ` for ${formatAge(requestedAt)}`;
    described.push(`${orderId}${age}${reason ? ` (${reason})` : ''}`);
  }
  return described;
}

/** Returns the time since a moment in its largest unit: `3h`. */
function formatAge(at: string): string {
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(at)) / 60_000));
  if (minutes < 60) return `${minutes}m`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1440)}d`;
}

/** Returns the waits for providers of the running orders, paused ones included. */
async function readProviderWaits(facts: Facts): Promise<PendingAttempt[]> {
  const { target } = facts;
  const ids = (await facts.running()).slice(0, maxOrders).map(({ orderId }) => orderId);
  const options = { ids, fields: publicFields };
  const items = await readOrders({ target, outputs: await facts.outputs() }, options);
  return [...items.values()].flatMap((item) => findPendingAttempt(item, target.timeScale) ?? []);
}

/** Returns the ids of the running orders that have been idle for a long time and do not wait for anything. */
async function findStuckOrders(facts: Facts): Promise<string[]> {
  const { target } = facts;
  const unpaused = (await facts.running()).filter(({ status }) => !isPaused(status));
  const oldest = unpaused.slice(0, maxOrders);
  const ids = oldest.map(({ orderId }) => orderId);
  const options = { ids, fields: publicFields };
  const items = await readOrders({ target, outputs: await facts.outputs() }, options);
  // While the local runtime is stopped, no order makes progress: count only the time since its start.
  const runtimeStart = await readRuntimeStart(facts);
  const quiet = oldest.filter(({ orderId }) => {
    const item = items.get(orderId);
    if (!item || item.status === 'awaiting-review') return false;
    const next = findPendingAttempt(item, target.timeScale)?.nextAt;
    const wait = next ? Date.parse(next) : (currentWaitEnd(item, target.timeScale) ?? 0);
    return Date.now() - Math.max(Date.parse(item.updatedAt), wait, runtimeStart) > idleMs;
  });
  const stuck: string[] = [];
  for (const { orderId, arn } of quiet.slice(0, maxHistories)) {
    const now = Date.now();
    // Without the right to read it, the time of the last change of the order has to be enough.
    const events = await readHistoryIfAllowed(target, arn);
    const work = summarizeActivity(events, { now, timeScale: target.timeScale });
    const waits = Math.max(work?.wait?.endsAt ?? 0, work?.retry?.at ?? 0);
    const last = Math.max(Date.parse(events.at(-1)?.at ?? '') || 0, waits, runtimeStart);
    if (work?.stuck || now - last > idleMs) stuck.push(orderId);
  }
  return stuck;
}

/** Returns the time at which the local runtime was started (epoch ms); 0 on AWS. */
async function readRuntimeStart({ target }: Facts): Promise<number> {
  if (!target.autoDeploys) return 0;
  const { readRuntimeStart: read } = await import('../../environment/local-runtime.ts');
  return (await read(target.root)) ?? 0;
}
