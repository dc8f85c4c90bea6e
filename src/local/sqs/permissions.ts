import { type Permission, requirePermission } from '../iam/permission.ts';
import type { PermissionRule, RequestInput } from '../wire/json.ts';

/**
 * The permissions that each operation needs. A batch needs the action for a single message.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
 */
export function permissionRules(
  formatArn: (name: string) => string,
): Readonly<Record<string, PermissionRule>> {
  const onQueue = (action: string, { QueueUrl, QueueName }: RequestInput): Permission => {
    // Operations find a queue by the end of its URL.
    const name = QueueName ?? (typeof QueueUrl === 'string' ? QueueUrl.split('/').at(-1) : '');
    return requirePermission(`sqs:${action}`, formatArn(typeof name === 'string' ? name : ''));
  };
  const rule =
    (action: string): PermissionRule =>
    (input) => [onQueue(action, input)];
  return {
    CreateQueue: rule('CreateQueue'),
    DeleteQueue: rule('DeleteQueue'),
    PurgeQueue: rule('PurgeQueue'),
    GetQueueUrl: rule('GetQueueUrl'),
    GetQueueAttributes: rule('GetQueueAttributes'),
    SetQueueAttributes: rule('SetQueueAttributes'),
    ListQueues: requireListing,
    SendMessage: rule('SendMessage'),
    SendMessageBatch: rule('SendMessage'),
    ReceiveMessage: rule('ReceiveMessage'),
    DeleteMessage: rule('DeleteMessage'),
    DeleteMessageBatch: rule('DeleteMessage'),
    ChangeMessageVisibility: rule('ChangeMessageVisibility'),
    ChangeMessageVisibilityBatch: rule('ChangeMessageVisibility'),
  };
}

function requireListing(): readonly Permission[] {
  return [requirePermission('sqs:ListQueues', '*')];
}
