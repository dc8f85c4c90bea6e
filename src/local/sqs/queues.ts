import type { Operation } from '../wire/json.ts';
import { checkedName, noQueue } from './limits.ts';
import type { Attributes, QueueRows } from './repository.ts';
import { settingsOf, shownAttributes } from './settings.ts';

/** How queues are spoken of outside. */
export interface Names {
  readonly url: (name: string) => string;
  readonly arn: (name: string) => string;
}

interface QueueInput {
  readonly QueueUrl?: string;
}

/** The name of the queue that a request is about; throws when there is no such queue. */
export function queueOf(queues: QueueRows, { QueueUrl = '' }: QueueInput): string {
  const name = QueueUrl.split('/').at(-1) ?? '';
  if (!queues.find(name)) throw noQueue();
  return name;
}

/** What can be done with queues themselves. */
export function queueOperations(
  queues: QueueRows,
  names: Names,
): Readonly<Record<string, Operation>> {
  return {
    CreateQueue({ QueueName, Attributes = {} }: { QueueName?: string; Attributes?: Attributes }) {
      const name = checkedName(QueueName);
      settingsOf(Attributes);
      queues.put(name, { ...queues.find(name)?.attributes, ...Attributes });
      return { QueueUrl: names.url(name) };
    },
    DeleteQueue(input: QueueInput) {
      queues.remove(queueOf(queues, input));
    },
    PurgeQueue(input: QueueInput) {
      queues.purge(queueOf(queues, input));
    },
    GetQueueUrl({ QueueName = '' }: { QueueName?: string }) {
      return { QueueUrl: names.url(queueOf(queues, { QueueUrl: QueueName })) };
    },
    ListQueues({ QueueNamePrefix = '' }: { QueueNamePrefix?: string }) {
      return { QueueUrls: queues.names(QueueNamePrefix).map((name) => names.url(name)) };
    },
    GetQueueAttributes(input: QueueInput & { AttributeNames?: readonly string[] }) {
      const name = queueOf(queues, input);
      const queue = queues.find(name) ?? { created: 0, attributes: {} };
      const all = shownAttributes({ ...queue, ...queues.count(name), arn: names.arn(name) });
      return { Attributes: chosen(all, input.AttributeNames) };
    },
    SetQueueAttributes(input: QueueInput & { Attributes?: Attributes }) {
      const name = queueOf(queues, input);
      settingsOf(input.Attributes ?? {});
      queues.put(name, { ...queues.find(name)?.attributes, ...input.Attributes });
    },
  };
}

/** Of all those that were asked for: `All`, `.*`, `prefix.*` or names. */
export function chosen<T>(
  all: Readonly<Record<string, T>>,
  names: readonly string[] = [],
): Record<string, T> {
  const fits = (key: string) =>
    names.some(
      (name) =>
        name === 'All' ||
        name === key ||
        (name.endsWith('.*') && key.startsWith(name.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(all).filter(([key]) => fits(key)));
}
