import type { Logs } from '../service-interfaces.ts';
import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Fields } from '../wire/check-input.ts';
import { awsJson, awsJsonProtocol, type Operation } from '../wire/json.ts';
import { logOperations } from './operations.ts';
import { LogRepository } from './repository.ts';

const target = 'Logs_20140328.';
/** How many events are removed in one go. */
const clearedAtOnce = 5_000;

/** CloudWatch Logs over the store: what handlers print, and what operators read with the CLI or an SDK. */
export function createLogs({ store }: { store: Store }): Logs {
  const repository = new LogRepository(store);
  const operations = logOperations(repository);
  return {
    service: {
      name: 'logs',
      protocol: awsJsonProtocol('1.1'),
      claims: ({ headers }) => headers['x-amz-target']?.startsWith(target) ?? false,
      handle(request) {
        const known = request.headers.authorization ? operations : refused(operations);
        return awsJson(request, { operations: known, version: '1.1', shapes: () => shapes });
      },
    },
    clearOut: (now) => repository.removeExpired(now, clearedAtOnce) === clearedAtOnce,
    createGroup: (name, retentionDays) => repository.putGroup(name, retentionDays ?? null),
    deleteGroup: (name) => repository.deleteGroup(name),
    append(group, stream, lines) {
      store.transact(() => {
        repository.putGroup(group, null);
        repository.putStream(group, stream);
        repository.append({ group, stream }, lines);
      });
    },
  };
}

/** What members of a request may be; a name means the same in every operation. */
const shapes: Fields = {
  logGroupName: 'string',
  logGroupIdentifier: 'string',
  logStreamName: 'string',
  logGroupNamePrefix: 'string',
  logGroupNamePattern: 'string',
  logStreamNamePrefix: 'string',
  logStreamNames: { list: 'string' },
  logEvents: { list: { fields: { timestamp: 'number', message: 'string' } } },
  filterPattern: 'string',
  nextToken: 'string',
  limit: 'number',
  startTime: 'number',
  endTime: 'number',
  startFromHead: 'boolean',
  descending: 'boolean',
  orderBy: 'string',
  retentionInDays: 'number',
};

function refused(operations: Record<string, Operation>): Record<string, Operation> {
  const refuse: Operation = () => {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  };
  return Object.fromEntries(Object.keys(operations).map((name) => [name, refuse]));
}
