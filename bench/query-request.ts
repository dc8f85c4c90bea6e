import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { signHeaders } from '../test/support/credentials.ts';
import type { Bench } from './project.ts';

interface QueryOptions {
  readonly service: 'iam' | 'sts';
  readonly form: Readonly<Record<string, string>>;
  /** Default: the secret of the project. */
  readonly secretAccessKey?: string;
}

/**
 * Sends a signed request of the AWS query protocol to the runtime of a checkout. Returns the HTTP status and the body. Each request has a
 * connection of its own, because runtimes start and stop at the same address.
 */
export async function sendQuery(
  bench: Bench,
  { service, form, ...options }: QueryOptions,
): Promise<{ readonly status: number; readonly body: string }> {
  const url = `${bench.status().url}/`;
  const body = new URLSearchParams(form).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const credentials = { ...bench.credentials(), ...options };
  const headers = await signHeaders(service, url, {
    method: 'POST',
    headers: type,
    body,
    credentials,
  });
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
      const { statusCode: status = 0 } = response;
      text(response).then((received) => resolve({ status, body: received }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
