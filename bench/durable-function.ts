import { CreateFunctionCommand, LambdaClient, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import type { Bench } from './project.ts';

/** A client of the bench's runtime, for as long as that runs. */
export function lambdaOf(bench: Bench): LambdaClient {
  return new LambdaClient({
    endpoint: bench.status().url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    maxAttempts: 10,
  });
}

/** Makes a durable function of `code` with the version 1; its executions may take `hours`. */
export async function makeDurable(
  lambda: LambdaClient,
  FunctionName: string,
  { code, hours }: { readonly code: string; readonly hours: number },
): Promise<void> {
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/bench',
      Timeout: 60,
      DurableConfig: { ExecutionTimeout: hours * 3600, RetentionPeriodInDays: 1 },
      Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from(code) }) },
    }),
  );
  await lambda.send(new PublishVersionCommand({ FunctionName }));
}
