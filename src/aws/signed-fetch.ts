import { SignatureV4 } from '@smithy/signature-v4';
import type { Target } from '../environment/target.ts';
import { requireOwnUrl } from './request-target.ts';
import { Sha256 } from './sha256.ts';

const timeoutMs = 30_000;

interface RequestOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Service that the request is signed for. The default is `execute-api`. */
  readonly service?: string;
}

/**
 * Sends an HTTP request, signed with the target's credentials. Returns the response; a redirect is not followed. Throws UserError if
 * the URL is outside the target's environment, because its host could use the signature.
 */
export async function signedFetch(
  target: Target,
  url: string,
  { method, headers, body, service = 'execute-api' }: RequestOptions,
): Promise<Response> {
  requireOwnUrl(target, url);
  const { host, hostname, port, pathname, search, protocol } = new URL(url);
  const { config } = await target.clients.lambda();
  const signer = new SignatureV4({
    credentials: config.credentials,
    region: target.environment.region,
    service,
    sha256: Sha256,
  });
  const signed = await signer.sign({
    method,
    protocol,
    hostname,
    ...(port ? { port: Number(port) } : {}),
    path: pathname,
    query: Object.fromEntries(new URLSearchParams(search)),
    headers: { ...headers, host },
    body,
  });
  return fetch(url, {
    method,
    headers: signed.headers,
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
}
