import type { Logs } from '../shared/service-interfaces.ts';
import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import { awsJson, awsJsonProtocol, jsonPermissions, type Operation } from '../wire/json.ts';
import { logOperations } from './operations.ts';
import { permissionRules } from './permissions.ts';
import { LogRepository } from './repository.ts';
import { requestShapes } from './request-shapes.ts';

const targetPrefix = 'Logs_20140328.';
/** Maximum number of events removed at once. */
const maxExpiredPerRun = 5_000;

/** Creates the CloudWatch Logs service. It stores what handlers print; operators read it with the CLI or an SDK. */
export function createLogs({ store }: { store: Store }): Logs {
  const repository = new LogRepository(store);
  const operations = logOperations(repository);
  return {
    service: {
      name: 'logs',
      protocol: awsJsonProtocol('1.1'),
      claims: ({ headers }) => headers['x-amz-target']?.startsWith(targetPrefix) ?? false,
      permissions: jsonPermissions(permissionRules, { shapes: requestShapes, errors }),
      handle(request) {
        return awsJson(request, {
          operations: request.signature ? operations : rejectUnsigned(operations),
          version: '1.1',
          shapes: requestShapes,
          errors,
        });
      },
    },
    removeExpired: (now) => repository.removeExpired(now, maxExpiredPerRun) === maxExpiredPerRun,
    createGroup: (name, retentionDays) => repository.putGroup(name, retentionDays ?? null),
    deleteGroup: (name) => repository.deleteGroup(name),
    hasGroup: (name) => repository.findGroup(name) !== undefined,
    append(group, stream, lines) {
      store.transact(() => {
        repository.putGroup(group, null);
        repository.putStream(group, stream);
        repository.append({ group, stream }, lines);
      });
    },
  };
}

const errors = {
  invalid: 'InvalidParameterException',
  unsupported: 'InvalidParameterException',
} as const;

/** Returns the operations, each of which throws the error for a missing signature. */
function rejectUnsigned(operations: Record<string, Operation>): Record<string, Operation> {
  const reject: Operation = () => {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  };
  return Object.fromEntries(Object.keys(operations).map((name) => [name, reject]));
}
