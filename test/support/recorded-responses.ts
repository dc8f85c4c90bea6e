import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { operationName } from '../../src/local/lambda/routes.ts';
import { findOperation, parseRequest } from '../../src/local/s3/routing.ts';
import type { WireRequest } from '../../src/local/wire/http.ts';
import { listResponseFaults, type OperationSchema } from './api-model.ts';

/** Services by the first part of `X-Amz-Target`, or by the scope of the signature. */
const modules: Readonly<Record<string, object>> = {
  DynamoDB_20120810: dynamodb,
  AmazonSQS: sqs,
  Logs_20140328: logs,
  AmazonSSM: ssm,
  lambda,
  s3,
  cloudformation,
  sts,
};

interface Recorded {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string | undefined>>;
  };
  readonly response: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

/** Responses of an operation that the runtime of a test file records. A load test has thousands, which are alike. */
export const maxResponses = 50;

/** Returns the environment variables with which the runtimes of a project record their responses in a file, at most `max` of an operation. */
export function recordingVariables(file: string, max: number): Record<string, string> {
  const preload = fileURLToPath(new URL('record-responses.cjs', import.meta.url));
  return { NODE_OPTIONS: `--require=${preload}`, RESPONSES: file, MAX_RESPONSES: String(max) };
}

/** Returns the differences between the recorded responses and the API models of the SDK, each once, as `Operation: path: fault`. */
export function listRecordedFaults(file: string): string[] {
  return existsSync(file) ? listDistinct(readFileSync(file, 'utf8')) : [];
}

/** Returns the same for the responses that were recorded since the last call for this file, in any process. */
export function listNewFaults(file: string): string[] {
  const checked = `${file}.checked`;
  const recorded = readFileSync(file);
  const start = existsSync(checked) ? Number(readFileSync(checked, 'utf8')) : 0;
  // The last line may be incomplete.
  const end = recorded.lastIndexOf('\n') + 1;
  const draft = `${checked}.${process.pid}`;
  writeFileSync(draft, String(end));
  renameSync(draft, checked);
  return listDistinct(recorded.toString('utf8', start, end));
}

function listDistinct(text: string): string[] {
  const lines = text.split('\n').filter(Boolean);
  const faults = new Set(lines.flatMap((line) => listFaults(JSON.parse(line) as Recorded)));
  return [...faults].filter((fault) => !isNewer(fault));
}

/** Members and values for paused executions, which the SDK does not know yet (`src/aws/sdk/lambda-pausing.ts`). */
const newer = [
  /^GetDurableExecution: \.(ExpectedExecutionTimeoutTimestamp|PauseDetails): is unknown$/,
  /Status: is "(PAUSING|PAUSED|DELETING)"$/,
  /EventType: is "Execution(Paused|Resumed)"$/,
  /\.Execution(Paused|Resumed)Details: is unknown$/,
];

function isNewer(fault: string): boolean {
  return newer.some((pattern) => pattern.test(fault));
}

function listFaults({ request, response }: Recorded): string[] {
  const [service, operation] = findOperationOf(request, response.body);
  const schema = (modules[service] as Record<string, OperationSchema> | undefined)?.[
    `${operation}$`
  ];
  return schema ? listResponseFaults(response, schema) : [];
}

/** Returns the service and the operation of a request; empty texts for requests to the runtime itself, APIs and function URLs. */
function findOperationOf(
  { method, url, headers }: Recorded['request'],
  body: string,
): readonly [service: string, operation: string] {
  const [prefix = '', operation = ''] = (headers['x-amz-target'] ?? '').split('.');
  if (operation !== '') return [prefix, operation];
  const [, service = ''] = /Credential=[^,]*\/([\w-]+)\/aws4_request/.exec(
    headers['authorization'] ?? '',
  ) ?? ['', ''];
  const { pathname: path, searchParams: query, search } = new URL(url, 'http://localhost');
  if (service === 'lambda') return [service, operationName({ method, path })];
  if (service === 's3') {
    const request = { method, path, query, rawQuery: search.slice(1), headers } as WireRequest;
    return [service, findOperation(parseRequest(request))];
  }
  return [service, /^(?:<\?[^>]*>\s*)?<(\w+)Response/.exec(body)?.[1] ?? ''];
}
