/** The only place that constructs an SDK client. Each client is loaded when it is first asked for. */
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { STSClient } from '@aws-sdk/client-sts';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export interface ClientConfig {
  readonly region: string;
  /** Where requests go; one that moves is asked for with each of them. */
  readonly endpoint?: string | (() => Promise<{ readonly url: URL }>);
  readonly profile?: string;
  readonly maxAttempts?: number;
  /** How long a request may take before it counts as one that failed, ms; absent where there is no limit. */
  readonly patienceMs?: number;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface Clients {
  readonly cloudFormation: () => Promise<CloudFormationClient>;
  readonly lambda: () => Promise<LambdaClient>;
  readonly dynamodb: () => Promise<DynamoDBDocumentClient>;
  readonly cloudWatchLogs: () => Promise<CloudWatchLogsClient>;
  readonly s3: () => Promise<S3Client>;
  readonly sqs: () => Promise<SQSClient>;
  readonly sts: () => Promise<STSClient>;
  /** Makes every client look for credentials anew: the SDK keeps what a file held, also when that has expired. */
  readonly renewCredentials: () => void;
}

interface Client {
  readonly config: Pick<LambdaClient['config'], 'credentials' | 'credentialDefaultProvider'>;
}

/** A load test hands over orders while those before are on their way: they must not wait here for a socket. */
const maxSockets = 500;
const manySockets = { httpAgent: { maxSockets }, httpsAgent: { maxSockets } };

/** Clients of one region and endpoint, each made at most once. */
export function createClients({ patienceMs, ...config }: ClientConfig): Clients {
  const common = { maxAttempts: 5, ...config, ...(patienceMs ? within(patienceMs) : {}) };
  const made: Client[] = [];
  const once = <T extends Client>(make: () => Promise<T>) => {
    let client: Promise<T> | undefined;
    return () => {
      client ??= make().then((each) => {
        made.push(each);
        return each;
      });
      return client;
    };
  };
  return {
    cloudFormation: once(async () => {
      const { CloudFormationClient } = await import('./sdk/cloudformation.ts');
      return new CloudFormationClient(common);
    }),
    lambda: once(async () => {
      const { LambdaClient } = await import('./sdk/lambda.ts');
      return new LambdaClient({ ...common, requestHandler: manySockets });
    }),
    dynamodb: once(async () => {
      const { DynamoDBClient, DynamoDBDocumentClient } = await import('./sdk/dynamodb.ts');
      return DynamoDBDocumentClient.from(new DynamoDBClient(common));
    }),
    cloudWatchLogs: once(async () => {
      const { CloudWatchLogsClient } = await import('./sdk/cloudwatch-logs.ts');
      return new CloudWatchLogsClient(common);
    }),
    s3: once(async () => {
      const { S3Client } = await import('./sdk/s3.ts');
      return new S3Client({
        ...common,
        forcePathStyle: config.endpoint !== undefined,
        requestChecksumCalculation: 'WHEN_REQUIRED',
      });
    }),
    sqs: once(async () => {
      const { SQSClient } = await import('./sdk/sqs.ts');
      return new SQSClient(common);
    }),
    sts: once(async () => {
      const { STSClient } = await import('./sdk/sts.ts');
      return new STSClient(common);
    }),
    renewCredentials() {
      if (config.credentials) return;
      const { profile } = config;
      for (const { config: resolved } of made) {
        const find = resolved.credentialDefaultProvider({ profile, ignoreCache: true });
        resolved.credentials = find;
      }
    },
  };
}

function within(ms: number) {
  return {
    requestHandler: { connectionTimeout: ms, requestTimeout: ms, throwOnRequestTimeout: true },
  };
}
