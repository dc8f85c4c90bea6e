import { AccessDenied } from '../iam/access-denied.ts';
import { createIam, type Iam } from '../iam/iam.ts';
import { account, partition } from '../shared/account.ts';
import type { Sqs } from '../shared/service-interfaces.ts';
import type { Store } from '../store/store.ts';
import type { Protocol, UnverifiedRequest, WireResponse } from '../wire/http.ts';
import { awsJson, awsJsonProtocol, jsonPermissions } from '../wire/json.ts';
import { messageOperations } from './messages.ts';
import { permissionRules } from './permissions.ts';
import { queuePolicies } from './queue-policies.ts';
import { queueOperations } from './queues.ts';
import { QueueRepository } from './repository.ts';
import { requestShapes } from './request-shapes.ts';
import { parseSettings } from './settings.ts';

const targetPrefix = 'AmazonSQS.';

/** Error names of the older query protocol, which clients also expect. */
const queryErrors: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  QueueNameExists: 'QueueAlreadyExists',
  MissingAuthenticationTokenException: 'MissingAuthenticationToken',
  IncompleteSignatureException: 'IncompleteSignature',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  UnrecognizedClientException: 'InvalidClientTokenId',
  ExpiredTokenException: 'ExpiredToken',
};

const format = {
  shapes: requestShapes,
  errors: { invalid: 'InvalidParameterValue', unsupported: 'UnsupportedOperation' },
} as const;

const jsonProtocol = awsJsonProtocol('1.0');

const protocol: Protocol = {
  operation: (request) => jsonProtocol.operation(request),
  failure: (error, request) =>
    error instanceof AccessDenied
      ? accessDenied(error, request)
      : addQueryError(jsonProtocol.failure(error, request)),
};

/** Adds the error's name of the older query protocol, by which clients know it. */
function addQueryError(response: WireResponse): WireResponse {
  const name = response.headers?.['x-amzn-errortype'] ?? '';
  if (name === '') return response;
  const query = `${queryErrors[name] ?? name};Sender`;
  return { ...response, headers: { ...response.headers, 'x-amzn-query-error': query } };
}

/** Returns the refusal of SQS: it names the action in lower case, and clients know the error by the name of the query protocol. */
function accessDenied(error: AccessDenied, request: UnverifiedRequest): WireResponse {
  const { headers } = jsonProtocol.failure(error, request);
  const action = error.permission.action.toLowerCase();
  return {
    status: 403,
    headers: { ...headers, 'x-amzn-query-error': 'AccessDenied;Sender' },
    body: JSON.stringify({
      __type: 'com.amazon.coral.service#AccessDeniedException',
      Message: error.format({ action }),
    }),
  };
}

/** Creates the SQS service with standard queues. Visibility timeouts and retention use the wall clock. */
export function createSqs(options: {
  store: Store;
  region: string;
  /** The URL of the runtime. */
  url: () => string;
  /** Policies of queues. */
  iam?: Pick<Iam, 'resourcePolicies'>;
}): Sqs {
  const { store, region } = options;
  const rows = new QueueRepository(store);
  const url = (name: string) => `${options.url()}/${account}/${name}`;
  const arn = (name: string) => `arn:${partition}:sqs:${region}:${account}:${name}`;
  const { resourcePolicies } = options.iam ?? createIam({ store });
  const policies = queuePolicies(resourcePolicies, arn);
  const operations = {
    ...queueOperations(rows, { url, arn, policies }),
    ...messageOperations(rows),
  };
  return {
    service: {
      name: 'sqs',
      protocol,
      claims: ({ headers }) => headers['x-amz-target']?.startsWith(targetPrefix) ?? false,
      permissions: jsonPermissions(permissionRules(arn), format),
      async handle(request) {
        return addQueryError(await awsJson(request, { operations, version: '1.0', ...format }));
      },
    },
    put(name, attributes) {
      parseSettings(attributes);
      rows.put(name, attributes);
    },
    remove(name) {
      rows.remove(name);
      policies.remove(name);
    },
    url,
    arn,
    send(queueArn, { body, attributes }) {
      const name = queueArn.split(':').at(-1) ?? '';
      if (!rows.find(name)) return false;
      const typed = Object.entries(attributes).map(([key, value]) => [
        key,
        { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
      ]);
      rows.add(name, { body, attributes: Object.fromEntries(typed), visibleAt: Date.now() });
      return true;
    },
    removeExpired(now) {
      for (const name of rows.listNames('')) {
        const { retentionSeconds } = parseSettings(rows.find(name)?.attributes ?? {});
        rows.removeSentBefore(name, now - retentionSeconds * 1000);
      }
      return false;
    },
  };
}
