import { CreateFunctionCommand, LambdaClient, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import type { Bench } from './project.ts';

/** Returns a client of the local runtime. It is valid until the runtime restarts. */
export function createLambdaClient(bench: Bench): LambdaClient {
  return new LambdaClient({
    endpoint: bench.status().url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    maxAttempts: 10,
  });
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
      Role: 'arn:aws:iam::000000000000:role/bench',
      Timeout: 60,
      DurableConfig: { ExecutionTimeout: timeoutSeconds, RetentionPeriodInDays: 1 },
      Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from(code) }) },
    }),
  );
  await lambda.send(new PublishVersionCommand({ FunctionName }));
}
