import { CreateFunctionCommand, LambdaClient, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { projectCredentials, signedFetch } from '../test/support/credentials.ts';
import type { Bench } from './project.ts';

/** Returns a client of the local runtime. It is valid until the runtime restarts. */
export function createLambdaClient(bench: Bench): LambdaClient {
  return new LambdaClient({
    endpoint: bench.status().url,
    region: 'us-east-2',
    credentials: projectCredentials(bench.root),
    maxAttempts: 10,
  });
}

const roleName = 'bench';
const trust = {
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'sts:AssumeRole',
};

/** Creates the role of the functions, which may do everything. */
export async function createRole(bench: Bench): Promise<void> {
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
    const form = new URLSearchParams({ ...request, RoleName: roleName, Version: '2010-05-08' });
    const response = await signedFetch('iam', `${bench.status().url}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      credentials: projectCredentials(bench.root),
    });
    if (!response.ok) throw new Error(await response.text());
  }
}

/** Creates a durable function and publishes version 1. `timeoutSeconds` limits an execution, including its waits. */
export async function createDurableFunction(
  lambda: LambdaClient,
  FunctionName: string,
  { code, timeoutSeconds }: { readonly code: string; readonly timeoutSeconds: number },
): Promise<void> {
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
}
