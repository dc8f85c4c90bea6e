import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../src/aws/sha256.ts';
import { type AwsCredentials, Credentials } from '../../src/local/iam/credentials.ts';
import { findProjectCredentials } from '../../src/local/runtime/project-credentials.ts';
import { stateDirectory } from '../../src/local/runtime/state-file.ts';
import { SignatureVerifier } from '../../src/local/wire/verify-signature.ts';

const region = 'us-east-2';

/** Keys for servers of single services, which have no state directory. */
export const testKeys = new Credentials({ secret: Buffer.alloc(32, 7), directory: '/test' });
/** Root credentials of `testKeys`. */
export const testCredentials = testKeys.root();
/** Verifies the signatures of `testKeys`. */
export const testVerifier = new SignatureVerifier({ keys: testKeys, region });

/** Returns the credentials of the project in `root`, whose runtime has run. */
export function projectCredentials(root: string): AwsCredentials {
  const credentials = findProjectCredentials(stateDirectory(root));
  if (!credentials) throw new Error(`${root} has no credentials`);
  return credentials;
}

export interface SigningOptions {
  readonly credentials?: AwsCredentials;
  readonly region?: string;
  readonly signedAt?: Date;
}

export interface PlainRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

function createSigner(
  service: string,
  { credentials = testCredentials, ...options }: SigningOptions,
) {
  return new SignatureV4({
    credentials,
    region: options.region ?? region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: true,
  });
}

/** Returns the headers of a request, signed for a service. */
export async function signHeaders(
  service: string,
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
    signedAt = new Date(),
    ...options
  }: PlainRequest & SigningOptions = {},
): Promise<Record<string, string>> {
  const { host, hostname, pathname, search, protocol } = new URL(url);
  const query: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(search))
    query[name] = [...(query[name] ?? []), value];
  const signed = await createSigner(service, options).sign(
    { method, protocol, hostname, path: pathname, query, headers: { ...headers, host }, body },
    { signingDate: signedAt },
  );
  return signed.headers;
}

/** Sends a request, signed for a service. Returns the response. */
export async function signedFetch(
  service: string,
  url: string,
  options: PlainRequest & SigningOptions = {},
): Promise<Response> {
  const { method = 'GET', body } = options;
  const headers = await signHeaders(service, url, options);
  return fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
}

/** Returns a presigned URL of a service, which expires after a minute. */
export async function presignUrl(
  service: string,
  url: string,
  {
    method = 'GET',
    headers = {},
    signedAt = new Date(),
    ...options
  }: PlainRequest & SigningOptions = {},
): Promise<string> {
  const { host, hostname, pathname, search, origin, protocol } = new URL(url);
  const signed = await createSigner(service, options).presign(
    {
      method,
      protocol,
      hostname,
      path: pathname,
      query: Object.fromEntries(new URLSearchParams(search)),
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers, host },
    },
    { signingDate: signedAt, expiresIn: 60 },
  );
  const parameters = new URLSearchParams(signed.query as Record<string, string>);
  return `${origin}${pathname}?${parameters.toString()}`;
}
