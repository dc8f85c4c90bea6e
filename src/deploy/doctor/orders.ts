/** Looks at the orders on their way, and at those that nobody could process. */
import { outputs as names } from '../../../functions/contract/api.ts';
import { readOrders } from '../../orders/lookup/batch-get.ts';
import { readHistory } from '../../orders/lookup/history.ts';
import { waitEndsAt } from '../../workflow/waits.ts';
import { workOf } from '../../workflow/work.ts';
import type { Facts } from './facts.ts';
import { type Check, count, ok, some, warning } from './finding.ts';

/** Of orders that say nothing for so long, the history is read, ms: a function runs for a minute at most. */
const quietMs = 10 * 60_000;
/** So many of the oldest running orders are looked at, and so many histories are read: they are scarce. */
const mostOrders = 500;
const mostHistories = 10;

export const orders = {
  orders: {
    needs: 'stack',
    async look(facts) {
      const running = await facts.running();
      const stuck = await withoutProgress(facts);
      const [first = ''] = stuck;
      const message = `${count(running.length, 'order')} on ${running.length === 1 ? 'its' : 'their'} way`;
      return stuck.length > 0
        ? warning(`no progress: ${some(stuck)}`, `orders history ${first}`)
        : ok(message);
    },
  },
  'dead-letters': {
    needs: 'stack',
    async look(facts) {
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
      const letters = counts.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
      return letters > 0
        ? warning(`${count(letters, 'dead letter')} to look at`, 'orders dead-letters list')
        : ok('none');
    },
  },
} as const satisfies Record<string, Check>;

/** Orders that have not moved for long, and whose history knows of nothing that they wait for. */
async function withoutProgress(facts: Facts): Promise<string[]> {
  const { target } = facts;
  const oldest = (await facts.running()).slice(0, mostOrders);
  const ids = oldest.map(({ orderId }) => orderId);
  const items = await readOrders(target, await facts.outputs(), { ids });
  // Orders stand still with the runtime that they are on, and that is no fault of theirs.
  const up = await upSince(facts);
  const quiet = oldest.filter(({ orderId }) => {
    const item = items.get(orderId);
    if (!item || item.status === 'awaiting-review') return false;
    const wait = waitEndsAt(item, target.timeScale) ?? 0;
    return Date.now() - Math.max(Date.parse(item.updatedAt), wait, up) > quietMs;
  });
  const stuck: string[] = [];
  for (const { orderId, arn } of quiet.slice(0, mostHistories)) {
    const now = Date.now();
    const events = await readHistory(target, arn);
    const work = workOf(events, { now, timeScale: target.timeScale });
    const waits = Math.max(work?.wait?.endsAt ?? 0, work?.retry?.at ?? 0);
    const last = Math.max(Date.parse(events.at(-1)?.at ?? '') || 0, waits, up);
    if (work?.stuck || now - last > quietMs) stuck.push(orderId);
  }
  return stuck;
}

/** When the local runtime was started, epoch ms; 0 on AWS. */
async function upSince({ target }: Facts): Promise<number> {
  if (!target.deploysItself) return 0;
  const { readState } = await import('../../local/state-file.ts');
  return readState(target.root)?.startedAt ?? 0;
}
