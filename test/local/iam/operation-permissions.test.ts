import { CreateChangeSetCommand, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateLogGroupCommand, CreateLogStreamCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  InvokeCommand,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCallbackId } from '../../../src/local/lambda/execution/callback-id.ts';
import {
  code,
  type Ids,
  type Need,
  type OperationCase,
  operationCases,
  role,
  TemplateBody,
} from './operation-cases.ts';
import { type Statement, startUserRuntime, type User } from './user-runtime.ts';

let runtime: Awaited<ReturnType<typeof startUserRuntime>>;
let ids: Ids;

/** Name of the user with all permissions of a case, or with all but one. */
const userName = (index: number, missing?: number) =>
  missing === undefined ? `case-${index}` : `case-${index}-without-${missing}`;

beforeAll(async () => {
  runtime = await startUserRuntime(listUsers());
  ids = await createResources(runtime.root);
});
afterAll(() => runtime.close());

/** Returns the statements of every user. */
function listUsers(): Record<string, readonly Statement[]> {
  const toStatements = (needs: readonly Need[]) =>
    needs.map(({ action, resource }) => ({ Action: action, Resource: resource }));
  const entries = operationCases.flatMap(({ needs }, index) => [
    [userName(index), toStatements(needs)] as const,
    ...needs.map(
      (_, missing) =>
        [userName(index, missing), toStatements(needs.toSpliced(missing, 1))] as const,
    ),
  ]);
  return Object.fromEntries(entries);
}

async function createResources(root: User): Promise<Ids> {
  const settings = { Role: role, Runtime: 'nodejs24.x', Handler: 'index.handler' } as const;
  const DurableConfig = { ExecutionTimeout: 60, RetentionPeriodInDays: 1 };
  for (const FunctionName of ['f', 'd']) {
    await root.lambda.send(
      new CreateFunctionCommand({
        ...settings,
        FunctionName,
        Code: { ZipFile: code },
        ...(FunctionName === 'd' ? { DurableConfig } : {}),
      }),
    );
    await root.lambda.send(new PublishVersionCommand({ FunctionName }));
  }
  const live = { FunctionName: 'f', Name: 'live', FunctionVersion: '1' };
  await root.lambda.send(new CreateAliasCommand(live));
  for (const TableName of ['items', 'other']) {
    await root.dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'n', AttributeType: 'N' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byN',
            KeySchema: [{ AttributeName: 'n', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    );
  }
  await root.logs.send(new CreateLogGroupCommand({ logGroupName: 'g' }));
  await root.logs.send(new CreateLogStreamCommand({ logGroupName: 'g', logStreamName: 's' }));
  await root.s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  await root.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'x' }));
  const parameter = { Name: '/a/b', Value: 'v', Type: 'String' } as const;
  await root.ssm.send(new PutParameterCommand(parameter));
  const { QueueUrl = '' } = await root.sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
  const invoke = { FunctionName: 'd', Qualifier: '1', DurableExecutionName: 'e' };
  const { DurableExecutionArn = '' } = await root.lambda.send(new InvokeCommand(invoke));
  const stack = { StackName: 's', TemplateBody };
  const { StackId = '' } = await root.cloudformation.send(new CreateStackCommand(stack));
  const { Id = '' } = await root.cloudformation.send(
    new CreateChangeSetCommand({ ...stack, ChangeSetName: 'c', ChangeSetType: 'UPDATE' }),
  );
  return {
    queueUrl: QueueUrl,
    executionArn: DurableExecutionArn,
    callbackId: createCallbackId(DurableExecutionArn.split('/').at(-1) ?? '', 'o'),
    stackId: StackId,
    changeSetId: Id,
  };
}

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Calls the operation of a case as a user. Returns its error; undefined if it succeeds. */
async function call({ call: send }: OperationCase, user: string): Promise<Failure | undefined> {
  try {
    await send(runtime.user(user), ids);
    return undefined;
  } catch (error) {
    return error as Failure;
  }
}

const isDenied = (failure: Failure | undefined) =>
  /^AccessDenied/.test(failure?.name ?? '') || failure?.$metadata?.httpStatusCode === 403;

/** Error name by which clients of a service know a refusal; `AccessDeniedException` by default. */
const errorNames: Readonly<Record<string, string>> = {
  sqs: 'AccessDenied',
  s3: 'AccessDenied',
  cloudformation: 'AccessDenied',
};

/** Returns the text of a refusal in the spelling of the service. */
function refusal(service: string, user: string, need: Need): string {
  const resource = need.refused?.(ids) ?? need.resource;
  const action = service === 'sqs' ? need.action.toLowerCase() : need.action;
  const named = service === 's3' ? `"${resource}"` : resource;
  return `User: arn:aws:iam::000000000000:user/${user} is not authorized to perform: ${action} on resource: ${named} because no identity-based policy allows the ${action} action`;
}

describe.each(operationCases.map((row, index) => ({ row, index, variant: '', ...row })))(
  '$service $operation $variant',
  ({ row, index, service, operation, needs }) => {
    it.each(needs.map((need, missing) => ({ need, missing })))(
      'is refused without $need.action on $need.resource',
      async ({ need, missing }) => {
        const user = userName(index, missing);
        const failure = await call(row, user);
        expect(isDenied(failure)).toBe(true);
        // The response to a HEAD request has no body, and so no text.
        if (operation.startsWith('Head')) return;
        expect(failure).toMatchObject({
          name: errorNames[service] ?? 'AccessDeniedException',
          message: refusal(service, user, need),
        });
      },
    );

    it('is allowed by its permissions', async () => {
      expect(isDenied(await call(row, userName(index)))).toBe(false);
    });

    it('has permissions that allow no other operation', async () => {
      const other = operationCases[(index + 7) % operationCases.length] ?? row;
      const has = ({ action, resource }: Need) =>
        needs.some((need) => need.action === action && need.resource === resource);
      if (other.needs.every(has)) return;
      expect(isDenied(await call(other, userName(index)))).toBe(true);
    });
  },
);
