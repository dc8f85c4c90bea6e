import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateFunctionCommand,
  GetDurableExecutionCommand,
  InvokeCommand,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import type { Bench } from './project.ts';
import { sendQuery } from './query-request.ts';

/** Limit of an execution, including its waits (seconds). */
const timeoutSeconds = 30 * 24 * 3600;
const pollMs = 50;

/** Returns a client of the local runtime. It is valid until the runtime restarts. */
export function createLambdaClient(bench: Bench): LambdaClient {
  return new LambdaClient({
    endpoint: bench.status().url,
    region: 'us-east-2',
    credentials: bench.credentials(),
    maxAttempts: 10,
  });
}

const roleName = 'bench';
const trust = {
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'sts:AssumeRole',
};

/**
 * Creates the role of the functions, which may do everything, if it does not exist. A checkout that has no IAM needs none: its runtime
 * does not know the service.
 */
async function createRole(bench: Bench): Promise<void> {
  const toPolicy = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const requests = [
    { Action: 'CreateRole', AssumeRolePolicyDocument: toPolicy(trust) },
    {
      Action: 'PutRolePolicy',
      PolicyName: 'everything',
      PolicyDocument: toPolicy({ Effect: 'Allow', Action: '*', Resource: '*' }),
    },
  ];
  for (const request of requests) {
    const form = { ...request, RoleName: roleName, Version: '2010-05-08' };
    const { status, body } = await sendQuery(bench, { service: 'iam', form });
    if (status === 404) return;
    if (status !== 200 && !body.includes('EntityAlreadyExists')) throw new Error(body);
  }
}

/** Creates a durable function with its role and publishes version 1, if it does not exist. `code` is a module with a handler. */
export async function createDurableFunction(
  bench: Bench,
  FunctionName: string,
  code: string,
): Promise<void> {
  await createRole(bench);
  const lambda = createLambdaClient(bench);
  try {
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: `arn:aws:iam::000000000000:role/${roleName}`,
        Timeout: 60,
        DurableConfig: { ExecutionTimeout: timeoutSeconds, RetentionPeriodInDays: 1 },
        Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from(code) }) },
      }),
    );
    await lambda.send(new PublishVersionCommand({ FunctionName }));
  } catch (error) {
    if ((error as Error).name !== 'ResourceConflictException') throw error;
  }
}

/** Starts an execution of version 1. Returns its ARN. */
export async function startExecution(
  lambda: LambdaClient,
  FunctionName: string,
  input: unknown,
): Promise<string> {
  const { DurableExecutionArn } = await lambda.send(
    new InvokeCommand({
      FunctionName,
      Qualifier: '1',
      InvocationType: 'Event',
      Payload: JSON.stringify(input),
    }),
  );
  if (!DurableExecutionArn) throw new Error(`${FunctionName} started no execution`);
  return DurableExecutionArn;
}

/** Returns true if an execution of version 1 is running. Counting all of them would require a request per thousand. */
export async function hasRunning(lambda: LambdaClient, FunctionName: string): Promise<boolean> {
  const { DurableExecutions = [] } = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({
      FunctionName,
      Qualifier: '1',
      Statuses: ['RUNNING'],
      MaxItems: 1,
    }),
  );
  return DurableExecutions.length > 0;
}

export interface EndedExecution {
  readonly arn: string;
  /** Parsed result of the execution. */
  readonly result: unknown;
  /** Wall time from start to end (ms). */
  readonly durationMs: number;
}

/**
 * Runs an execution for each input, all at the same time, and returns them when all have ended. Throws if one does not succeed. They are
 * started asynchronously: Lambda refuses synchronous invocations of functions whose executions may take longer than 15 minutes.
 */
export async function runExecutions(
  lambda: LambdaClient,
  FunctionName: string,
  inputs: readonly unknown[],
): Promise<EndedExecution[]> {
  const arns = await Promise.all(
    inputs.map((input) => startExecution(lambda, FunctionName, input)),
  );
  while (await hasRunning(lambda, FunctionName)) await sleep(pollMs);
  return Promise.all(
    arns.map(async (arn) => {
      const { Status, Result, StartTimestamp, EndTimestamp, ...ended } = await lambda.send(
        new GetDurableExecutionCommand({ DurableExecutionArn: arn }),
      );
      if (Status !== 'SUCCEEDED') throw new Error(`${arn}: ${Status} ${ended.Error?.ErrorMessage}`);
      const durationMs = Number(EndTimestamp) - Number(StartTimestamp);
      return { arn, result: JSON.parse(Result ?? 'null'), durationMs };
    }),
  );
}
