import { account } from '../shared/account.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Operation } from '../wire/json.ts';
import { checkAttributeNames, checkQueueName, checkRange, queueNotFound } from './limits.ts';
import { checkPolicy, type QueuePolicies } from './queue-policies.ts';
import type { Attributes, QueueRepository } from './repository.ts';
import { findDifference, formatAttributes, parseSettings, queueAttributes } from './settings.ts';

/** Converts the name of a queue to its URL and its ARN, and finds its policy. */
export interface QueueDetails {
  readonly url: (name: string) => string;
  readonly arn: (name: string) => string;
  readonly policies: QueuePolicies;
}

interface QueueInput {
  readonly QueueUrl?: string;
}

interface ListInput {
  readonly QueueNamePrefix?: string;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** Returns the name of the queue in a request. Throws QueueDoesNotExist if there is no such queue. */
export function requireQueue(queues: QueueRepository, { QueueUrl = '' }: QueueInput): string {
  const name = QueueUrl.split('/').at(-1) ?? '';
  if (!queues.find(name)) throw queueNotFound();
  return name;
}

/** Returns the operations on queues. */
export function queueOperations(
  queues: QueueRepository,
  { policies, ...addresses }: QueueDetails,
): Readonly<Record<string, Operation>> {
  return {
    CreateQueue({ QueueName, Attributes = {} }: { QueueName?: string; Attributes?: Attributes }) {
      const name = checkQueueName(QueueName);
      parseSettings(Attributes);
      checkPolicy(Attributes);
      const existing = queues.find(name);
      const difference =
        existing && findDifference(Attributes, { ...existing.attributes, ...policies.read(name) });
      if (difference !== undefined) {
        throw new AwsError(
          'QueueNameExists',
          `A queue already exists with the same name and a different value for attribute ${difference}`,
        );
      }
      if (!existing) queues.put(name, policies.take(name, Attributes));
      return { QueueUrl: addresses.url(name) };
    },
    DeleteQueue(input: QueueInput) {
      const name = requireQueue(queues, input);
      queues.remove(name);
      policies.remove(name);
    },
    PurgeQueue(input: QueueInput) {
      queues.purge(requireQueue(queues, input));
    },
    GetQueueUrl(input: { QueueName?: string; QueueOwnerAWSAccountId?: string }) {
      const { QueueName = '', QueueOwnerAWSAccountId: owner = account } = input;
      if (owner !== account) throw queueNotFound();
      return { QueueUrl: addresses.url(requireQueue(queues, { QueueUrl: QueueName })) };
    },
    ListQueues(input: ListInput) {
      const { names, nextToken } = takePage(queues.listNames(input.QueueNamePrefix ?? ''), input);
      return {
        ...(names.length > 0 && { QueueUrls: names.map((name) => addresses.url(name)) }),
        ...(nextToken !== undefined && { NextToken: nextToken }),
      };
    },
    GetQueueAttributes(input: QueueInput & { AttributeNames?: readonly string[] }) {
      const name = requireQueue(queues, input);
      checkAttributeNames(input.AttributeNames, queueAttributes);
      const queue = queues.find(name) ?? { created: 0, attributes: {} };
      const all = formatAttributes({
        ...queue,
        attributes: { ...queue.attributes, ...policies.read(name) },
        ...queues.countMessages(name),
        arn: addresses.arn(name),
      });
      return { Attributes: selectAttributes(all, input.AttributeNames) };
    },
    SetQueueAttributes(input: QueueInput & { Attributes?: Attributes }) {
      const name = requireQueue(queues, input);
      const { Attributes: changes = {} } = input;
      parseSettings(changes);
      checkPolicy(changes);
      queues.put(name, { ...queues.find(name)?.attributes, ...policies.take(name, changes) });
    },
  };
}

/** Returns one page of queue names. Without MaxResults, a page has up to 1000 names and no token. */
function takePage(
  all: readonly string[],
  { MaxResults, NextToken }: ListInput,
): { names: readonly string[]; nextToken?: string } {
  const limit = checkRange(MaxResults ?? 1000, 'MaxResults', [1, 1000]);
  const after = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64').toString();
  const rest = all.filter((name) => name > after);
  const names = rest.slice(0, limit);
  const last = names.at(-1);
  return MaxResults !== undefined && rest.length > limit && last !== undefined
    ? { names, nextToken: Buffer.from(last).toString('base64') }
    : { names };
}

/** Returns the attributes that match any of `names`, where an entry is a name, `All`, `.*` or `prefix.*`. */
export function selectAttributes<T>(
  attributes: Readonly<Record<string, T>>,
  names: readonly string[] = [],
): Record<string, T> {
  const isSelected = (key: string) =>
    names.some(
      (name) =>
        name === 'All' ||
        name === key ||
        (name.endsWith('.*') && key.startsWith(name.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => isSelected(key)));
}
