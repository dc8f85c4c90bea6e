/** Reads the status of an order from the table of a project's runtime, which costs much less than a command. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readState } from '../../src/local/runtime/state-file.ts';
import { projectCredentials, signHeaders } from './credentials.ts';
import { readJson } from './json.ts';

/** Returns the status of an order of the local environment; undefined before its first step. Throws if no runtime responds. */
export async function readStatus(
  root: string,
  orderId: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { url = '' } = readState(root) ?? {};
  const request = {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.GetItem',
    },
    body: JSON.stringify({ TableName: readTableName(root), Key: { orderId: { S: orderId } } }),
  };
  const credentials = projectCredentials(root);
  const headers = await signHeaders('dynamodb', url, { ...request, credentials });
  const response = await fetch(url, { ...request, headers, ...(signal ? { signal } : {}) });
  return (await readJson(response)).Item?.status?.S;
}

/** Returns the name of the orders table, which the commands keep. */
function readTableName(root: string): string {
  const file = join(root, '.orders/cache/local.outputs.json');
  return JSON.parse(readFileSync(file, 'utf8')).outputs.OrdersTableName;
}

/** Time between two reads, and for how long the first status of an order is awaited (ms). */
const interval = 50;
const maxWait = 1000;

/** Waits until an order has its first status. Returns false if it does not get one soon: it is invalid, or its runtime is disturbed. */
export async function awaitFirstStatus(root: string, orderId: string): Promise<boolean> {
  const signal = AbortSignal.timeout(maxWait);
  try {
    while (!signal.aborted) {
      if ((await readStatus(root, orderId, signal)) !== undefined) return true;
      await delay(interval);
    }
  } catch {}
  return false;
}
