import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { type AwsCredentials, Credentials } from '../../../src/local/iam/credentials.ts';
import { openUsers } from '../../../src/local/iam/users.ts';
import { loadSecret } from '../../../src/local/runtime/project-credentials.ts';
import { startRuntime } from '../../../src/local/runtime/runtime.ts';
import { storeFile } from '../../../src/local/runtime/state-file.ts';
import { openStore } from '../../../src/local/store/store.ts';
import { type PlainRequest, signedFetch } from '../../support/credentials.ts';

/** A statement of a policy. */
export interface Statement {
  readonly Effect?: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

/** A user's clients, and a function that sends a signed request without a client. */
export type User = ReturnType<typeof createUser>;

/**
 * Starts a runtime whose store has these users with the statements of their policies. By default, roles are not restricted, so that
 * functions can be created without them.
 */
export async function startUserRuntime(
  users: Readonly<Record<string, readonly Statement[]>>,
  { enforceIam = false } = {},
) {
  const directory = mkdtempSync(join(tmpdir(), 'users-'));
  writeUsers(directory, users);
  const credentials = new Credentials({ secret: loadSecret(directory), directory });
  const runtime = await startRuntime({ directory, port: 0, timeScale: 1, faults: { enforceIam } });
  const connections = new STSClient({ region: 'us-east-2' });
  const create = (user: AwsCredentials) => createUser(runtime.url, user, connections);
  return {
    url: runtime.url,
    root: create(credentials.root()),
    rootCredentials: credentials.root(),
    user: (name: string) => create(credentials.forUser(name)),
    /** Returns clients with the session of a role. */
    session: (role: string, session: string) => create(credentials.forSession({ role, session })),
    async close() {
      connections.destroy();
      await runtime.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function writeUsers(
  directory: string,
  statements: Readonly<Record<string, readonly Statement[]>>,
): void {
  loadSecret(directory);
  const store = openStore(join(directory, storeFile));
  const users = openUsers(store);
  for (const [name, list] of Object.entries(statements)) {
    const Statement = [
      // A document without a statement is not valid.
      { Action: 'xray:GetGroups', Resource: '*' },
      ...list,
    ].map((statement) => ({ Effect: 'Allow', ...statement }));
    users.put(name, [{ Version: '2012-10-17', Statement }]);
  }
  store.close();
}

/** Creates clients that share the connections of a client of other users: many users send one request each. */
function createUser(url: string, credentials: AwsCredentials, connections: STSClient) {
  const { requestHandler } = connections.config;
  const settings = { endpoint: url, region: 'us-east-2', credentials, maxAttempts: 1 };
  const config = { ...settings, requestHandler };
  // A test needs few of the clients.
  return {
    get lambda() {
      return new LambdaClient(config);
    },
    get dynamodb() {
      return new DynamoDBClient(config);
    },
    get sqs() {
      return new SQSClient(config);
    },
    get logs() {
      return new CloudWatchLogsClient(config);
    },
    get s3() {
      return new S3Client({ ...config, forcePathStyle: true });
    },
    get ssm() {
      return new SSMClient(config);
    },
    get sts() {
      return new STSClient(config);
    },
    get cloudformation() {
      return new CloudFormationClient(config);
    },
    /** Sends a request that is signed for a service. Returns status, headers and body of the response. */
    async send(service: string, path: string, request: PlainRequest = {}) {
      const response = await signedFetch(service, `${url}${path}`, { ...request, credentials });
      const { status, headers } = response;
      return { status, headers, text: await response.text() };
    },
  };
}
