/** The only module that constructs SDK clients. The code of a client is loaded on first use. */
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { STSClient } from '@aws-sdk/client-sts';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export interface ClientConfig {
  readonly region: string;
  /** Base URL of all requests. A function is called for every request, for an endpoint that may change. */
  readonly endpoint?: string | (() => Promise<{ readonly url: URL }>);
  readonly profile?: string;
  /** True for an endpoint that is not AWS: the settings in the user's AWS files do not apply to it. */
  readonly ignoresAwsFiles?: boolean;
  readonly maxAttempts?: number;
  /** Receives an entry for each request. */
  readonly logger?: RequestLogger;
  /** A request fails after this time (ms). No limit if absent. */
  readonly requestTimeoutMs?: number;
  /** A function is called with the first request. */
  readonly credentials?: Credentials | (() => Promise<Credentials>);
}

/** The logger of SDK clients. */
export type RequestLogger = Readonly<
  Record<'debug' | 'info' | 'warn' | 'error', (entry: unknown) => void>
>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Clients {
  readonly cloudFormation: () => Promise<CloudFormationClient>;
  readonly lambda: () => Promise<LambdaClient>;
  readonly dynamodb: () => Promise<DynamoDBDocumentClient>;
  readonly cloudWatchLogs: () => Promise<CloudWatchLogsClient>;
  readonly s3: () => Promise<S3Client>;
  readonly sqs: () => Promise<SQSClient>;
  readonly sts: () => Promise<STSClient>;
  /** Makes every client load its credentials again: the SDK caches the content of a file even after it has expired. */
  readonly renewCredentials: () => void;
}

interface Client {
  readonly config: Pick<LambdaClient['config'], 'credentials' | 'credentialDefaultProvider'>;
}

/** A load test submits orders while earlier requests are pending: a submission must not wait for a free socket. */
const maxSockets = 500;
const socketPools = { httpAgent: { maxSockets }, httpsAgent: { maxSockets } };

/** The settings for which the SDK would read the user's AWS files before the first request. */
const fileSettings = {
  accountIdEndpointMode: 'disabled',
  authSchemePreference: [],
  defaultsMode: 'standard',
  disableClockSkewCorrection: false,
  retryMode: 'standard',
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: '',
} satisfies Partial<DynamoDBClientConfig>;

/** Returns the clients for one region and endpoint. Each client is created at most once. */
export function createClients({
  requestTimeoutMs,
  ignoresAwsFiles,
  ...config
}: ClientConfig): Clients {
  const common = {
    maxAttempts: 5,
    ...(ignoresAwsFiles ? fileSettings : {}),
    ...config,
    ...(requestTimeoutMs ? requestTimeouts(requestTimeoutMs) : {}),
  };
  const created: Client[] = [];
  const once = <T extends Client>(create: () => Promise<T>) => {
    let pending: Promise<T> | undefined;
    return () => {
      pending ??= create().then((client) => {
        created.push(client);
        return client;
      });
      return pending;
    };
  };
  return {
    cloudFormation: once(async () => {
      const { CloudFormationClient } = await import('./sdk/cloudformation.ts');
      return new CloudFormationClient(common);
    }),
    lambda: once(async () => {
      const { LambdaClient } = await import('./sdk/lambda.ts');
      return new LambdaClient({ ...common, requestHandler: socketPools });
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
      // A queue's URL comes from the stack's outputs: it must not decide which host gets a signed request.
      return new SQSClient({ ...common, useQueueUrlAsEndpoint: false });
    }),
    sts: once(async () => {
      const { STSClient } = await import('./sdk/sts.ts');
      return new STSClient(common);
    }),
    renewCredentials() {
      const { profile, credentials } = config;
      if (typeof credentials === 'object') return;
      for (const { config: resolved } of created) {
        resolved.credentials =
          credentials ?? resolved.credentialDefaultProvider({ profile, ignoreCache: true });
      }
    },
  };
}

function requestTimeouts(ms: number) {
  return {
    requestHandler: { connectionTimeout: ms, requestTimeout: ms, throwOnRequestTimeout: true },
  };
}
