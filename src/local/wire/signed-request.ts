import type { WireRequest } from './http.ts';
import { memoize } from './memoize.ts';
import { formatSigningTime, signatureErrors } from './signature-errors.ts';
import type { SignatureErrors } from './signature-problems.ts';

/** The elements of a signature of version 4, in the Authorization header or in the query. Their form is valid. */
export interface SignedRequest {
  readonly isQuery: boolean;
  readonly accessKey: string;
  readonly scope: {
    readonly date: string;
    readonly region: string;
    readonly service: string;
    readonly terminator: string;
  };
  /** Names of the signed headers, in lower case. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** Time of the signature as signed, for example `20261129T170000Z`, and in epoch ms. */
  readonly time: string;
  readonly signedAt: number;
  /** Lifetime of a presigned URL (seconds). */
  readonly expires?: number;
  readonly sessionToken: string | undefined;
  /** Errors of the service that the request is for. */
  readonly errors: SignatureErrors;
}

type Unsigned = Pick<WireRequest, 'headers' | 'query'>;

export const signingAlgorithm = 'AWS4-HMAC-SHA256';
/** Maximum lifetime of a presigned URL (seconds). */
const maxExpires = 604_800;
const queryNames = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature'];

/** Returns the signature of a request. Throws the service's AwsError if there is none or if an element is missing or malformed. */
export function parseSignedRequest(request: Unsigned, service: string): SignedRequest {
  const { headers, query } = request;
  const inQuery =
    query.size > 0 && (queryNames.some((name) => query.has(name)) || isVersion2(query));
  const errors = signatureErrors(service, inQuery);
  if (headers['authorization'] !== undefined) {
    if (inQuery) throw errors.twoSignatures();
    return parseHeader(headers['authorization'], headers, errors);
  }
  if (!inQuery) throw errors.missing();
  if (isVersion2(query)) throw errors.unsupportedAlgorithm('AWS2');
  return parseQuery(query, service, errors);
}

/** Regions that AWS opened after 2013 do not accept version 2. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingAWSSDK.html */
function isVersion2(query: URLSearchParams): boolean {
  return query.has('AWSAccessKeyId') && query.has('Signature');
}

function parseHeader(
  authorization: string,
  headers: Unsigned['headers'],
  errors: SignatureErrors,
): SignedRequest {
  return (
    parseUsualHeader(authorization, headers, errors) ??
    parseAnyHeader(authorization, headers, errors)
  );
}

/** Length of a signature (hexadecimal digits). */
const signatureLength = 64;

/** The elements of a header without its signature. */
type Claims = Pick<SignedRequest, 'accessKey' | 'scope' | 'signedHeaders'>;

/** Parses a header in the form of the SDKs without its signature, which is all that differs between the requests of a client. */
const parseClaims = memoize((start): { readonly claims?: Claims } => {
  const match = /^AWS4-HMAC-SHA256 Credential=([^\s,]+), SignedHeaders=([^\s,]+), Signature=$/.exec(
    start,
  );
  const [, credential = '', names = ''] = match ?? [];
  const scope = parseScope(credential);
  return scope ? { claims: { ...scope, signedHeaders: parseSignedHeaders(names) } } : {};
});

/** Parses a header in the form of the SDKs. Returns undefined for any other, valid or not. */
function parseUsualHeader(
  authorization: string,
  headers: Unsigned['headers'],
  errors: SignatureErrors,
): SignedRequest | undefined {
  const signature = authorization.slice(-signatureLength);
  const date = headers['x-amz-date'];
  if (date === undefined || !/^[0-9a-f]{64}$/.test(signature)) return undefined;
  const { claims } = parseClaims(authorization.slice(0, -signatureLength));
  if (!claims) return undefined;
  const { accessKey, scope, signedHeaders } = claims;
  const { time, signedAt } = parseTime(date, errors);
  const sessionToken = headers['x-amz-security-token'];
  return {
    isQuery: false,
    accessKey,
    scope,
    signedHeaders,
    signature,
    time,
    signedAt,
    sessionToken,
    errors,
  };
}

function parseAnyHeader(
  authorization: string,
  headers: Unsigned['headers'],
  errors: SignatureErrors,
): SignedRequest {
  const [algorithm = ''] = authorization.trim().split(/\s/, 1);
  if (algorithm !== signingAlgorithm) {
    throw algorithm.startsWith('AWS') ? errors.unsupportedAlgorithm(algorithm) : errors.missing();
  }
  const fields = parseFields(authorization.trim().slice(algorithm.length), errors);
  const time = headers['x-amz-date'] ?? toSigningTime(headers['date']);
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !fields.get(name))
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (time === undefined) {
    missing.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  }
  if (missing.length > 0) throw errors.incomplete(missing.join(' '));
  return {
    isQuery: false,
    ...parseCredential(fields.get('Credential') ?? '', errors),
    signedHeaders: parseSignedHeaders(fields.get('SignedHeaders') ?? ''),
    signature: fields.get('Signature') ?? '',
    ...parseTime(time ?? '', errors),
    sessionToken: headers['x-amz-security-token'],
    errors,
  };
}

/** Parses `Credential=…, SignedHeaders=…, Signature=…`. Spaces or commas separate the fields. */
function parseFields(text: string, errors: SignatureErrors): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of text.split(/[\s,]+/)) {
    if (field === '') continue;
    const at = field.indexOf('=');
    if (at < 0) {
      throw errors.incomplete(
        `'${field}' not a valid key=value pair (missing equal-sign) in Authorization header.`,
      );
    }
    fields.set(field.slice(0, at), field.slice(at + 1));
  }
  return fields;
}

function parseQuery(
  query: URLSearchParams,
  service: string,
  errors: SignatureErrors,
): SignedRequest {
  const required = [...queryNames, 'X-Amz-SignedHeaders', 'X-Amz-Date'];
  if (service === 's3') required.push('X-Amz-Expires');
  const missing = required.filter((name) => !query.get(name));
  if (missing.length > 0) {
    throw errors.incomplete(
      service === 's3'
        ? 'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, ' +
            'X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.'
        : `${missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' ')} Re-examine the query-string parameters.`,
    );
  }
  const algorithm = query.get('X-Amz-Algorithm') ?? '';
  if (algorithm !== signingAlgorithm) throw errors.unsupportedAlgorithm(algorithm);
  const expires = query.get('X-Amz-Expires');
  return {
    isQuery: true,
    ...parseCredential(query.get('X-Amz-Credential') ?? '', errors),
    signedHeaders: parseSignedHeaders(query.get('X-Amz-SignedHeaders') ?? ''),
    signature: query.get('X-Amz-Signature') ?? '',
    ...parseTime(query.get('X-Amz-Date') ?? '', errors),
    ...(expires === null ? {} : { expires: parseExpires(expires, errors) }),
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
    errors,
  };
}

function parseExpires(text: string, errors: SignatureErrors): number {
  const seconds = Number(text);
  if (!/^-?\d+$/.test(text)) throw errors.incomplete('X-Amz-Expires should be a number');
  if (seconds < 1) throw errors.incomplete('X-Amz-Expires must be non-negative');
  if (seconds > maxExpires) {
    throw errors.incomplete(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${maxExpires} seconds`,
    );
  }
  return seconds;
}

function parseCredential(
  credential: string,
  errors: SignatureErrors,
): Pick<SignedRequest, 'accessKey' | 'scope'> {
  const parsed = parseScope(credential);
  if (parsed) return parsed;
  throw errors.incomplete(
    `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
  );
}

function parseScope(credential: string): Pick<SignedRequest, 'accessKey' | 'scope'> | undefined {
  const parts = credential.split('/');
  const [accessKey = '', date = '', region = '', service = '', terminator = ''] = parts;
  if (parts.length !== 5) return undefined;
  return { accessKey, scope: { date, region, service, terminator } };
}

function parseSignedHeaders(text: string): string[] {
  return text.toLowerCase().split(';');
}

/** Returns the time of a signature (epoch ms); NaN for a text in another format. */
const parseSigningTime = memoize((text) => {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return iso === text ? Number.NaN : Date.parse(iso);
});

function parseTime(
  text: string,
  errors: SignatureErrors,
): Pick<SignedRequest, 'time' | 'signedAt'> {
  const signedAt = parseSigningTime(text);
  if (Number.isNaN(signedAt)) {
    throw errors.incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  return { time: text, signedAt };
}

/** Returns the time of an HTTP `Date` header in the format of signatures. Any other text is returned as it is. */
function toSigningTime(date: string | undefined): string | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(time)) return date;
  return formatSigningTime(time);
}
