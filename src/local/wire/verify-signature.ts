import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { KeyFinder } from '../iam/credentials.ts';
import type { Principal } from '../iam/principal.ts';
import { buildCanonicalRequest } from './canonical-request.ts';
import { verifyChunks } from './chunk-signatures.ts';
import type { UnverifiedRequest } from './http.ts';
import { readPayloadHash, signedChunks } from './payload-hash.ts';
import { s3Expired } from './s3-signature-errors.ts';
import type { ScopeProblem } from './signature-problems.ts';
import { parseSignedRequest, type SignedRequest, signingAlgorithm } from './signed-request.ts';

interface VerifierOptions {
  readonly keys: KeyFinder;
  /** Region of the runtime. A signature for another region is refused, as by the endpoint of a region. */
  readonly region: string;
  /** Returns the time (epoch ms). It is the real time, because clients sign with it. */
  readonly now?: () => number;
}

/** Tolerated clock skew (ms). S3 and STS tolerate 15 minutes, other services 5. */
const skewMs = 5 * 60_000;
const longSkewMs = 15 * 60_000;
const longSkewServices = ['s3', 'sts'];
/** Clients sign requests to IAM, which has no regions, for this region. */
const globalRegion = 'us-east-1';
const scopeElements = ['region', 'service', 'terminator', 'date'] as const;
/** Maximum number of cached signing keys. */
const maxCachedKeys = 1_000;

/**
 * Verifies signatures of version 4, in the Authorization header or in the query.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class SignatureVerifier {
  readonly region: string;
  readonly #keys: KeyFinder;
  readonly #now: () => number;
  readonly #signingKeys = new Map<string, KeyObject>();

  constructor({ keys, region, now = Date.now }: VerifierOptions) {
    this.region = region;
    this.#keys = keys;
    this.#now = now;
  }

  /** Returns the principal that signed a request. Throws the AwsError with which `service` refuses the request. */
  verify(request: UnverifiedRequest, service: string): Principal {
    const signed = parseSignedRequest(request, service);
    this.#checkTime(signed, service);
    checkSignedHeaders(request, signed);
    this.#checkScope(signed, service);
    const found = this.#keys.find(signed.accessKey, signed.sessionToken);
    if ('refusal' in found) throw signed.errors.key(found.refusal, signed.accessKey);
    const key = this.#findSigningKey(signed, found.secretAccessKey);
    verifyRequest(request, { signed, service, key });
    return found.caller;
  }

  #checkTime({ signedAt, expires, isQuery, errors }: SignedRequest, service: string): void {
    const now = this.#now();
    const toleranceMs = longSkewServices.includes(service) ? longSkewMs : skewMs;
    const end = signedAt + (expires ?? 0) * 1000;
    if (isQuery && service === 's3') {
      if (end < now) throw s3Expired({ end, now });
    } else if (signedAt < now - toleranceMs || (expires !== undefined && end < now)) {
      throw errors.skew({ signedAt, now, toleranceMs });
    }
    if (signedAt > now + toleranceMs) throw errors.skew({ signedAt, now, toleranceMs });
  }

  #checkScope({ scope, time, errors }: SignedRequest, service: string): void {
    const isGlobal = service === 'iam' && scope.region === globalRegion;
    const expected = {
      region: isGlobal ? globalRegion : this.region,
      service,
      terminator: 'aws4_request',
      date: time.slice(0, 8),
    };
    const problems: ScopeProblem[] = scopeElements
      .filter((element) => scope[element] !== expected[element])
      .map((element) => ({ element, actual: scope[element], expected: expected[element] }));
    if (problems.length > 0) throw errors.scope(problems);
  }

  /** Returns the key of a day, region and service, which is derived once. */
  #findSigningKey({ accessKey, scope }: SignedRequest, secret: string): KeyObject {
    const { date, region, service, terminator } = scope;
    const id = `${accessKey}/${date}/${region}/${service}`;
    let key = this.#signingKeys.get(id);
    if (!key) {
      let bytes: Buffer = Buffer.from(`AWS4${secret}`);
      for (const element of [date, region, service, terminator]) bytes = hmac(bytes, element);
      key = createSecretKey(bytes);
      if (this.#signingKeys.size >= maxCachedKeys) this.#signingKeys.clear();
      this.#signingKeys.set(id, key);
    }
    return key;
  }
}

/** Throws unless `host` and all `x-amz-*` headers are signed. A header that is not signed could be changed in transit. */
function checkSignedHeaders({ headers }: UnverifiedRequest, signed: SignedRequest): void {
  const { signedHeaders, errors } = signed;
  if (!signedHeaders.includes('host')) throw errors.unsignedHost();
  const unsigned = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  );
  if (unsigned.length > 0) throw errors.unsignedHeaders(unsigned);
}

interface Verification {
  readonly signed: SignedRequest;
  readonly service: string;
  readonly key: KeyObject;
}

/** Throws unless the signature covers the request and its body. */
function verifyRequest(request: UnverifiedRequest, { signed, service, key }: Verification): void {
  const { accessKey, scope, time, signedHeaders, signature, errors } = signed;
  const payloadHash = readPayloadHash(request, { service, isQuery: signed.isQuery });
  const canonicalRequest = buildCanonicalRequest(request, { service, signedHeaders, payloadHash });
  const scopeText = `${scope.date}/${scope.region}/${scope.service}/${scope.terminator}`;
  const stringToSign = `${signingAlgorithm}\n${time}\n${scopeText}\n${hash('sha256', canonicalRequest)}`;
  const sign = (text: string) => hmac(key, text);
  const isSigned = (text: string, claimed: string) => isSame(sign(text), claimed);
  if (!isSigned(stringToSign, signature)) {
    throw errors.mismatch({ accessKey, signature, stringToSign, canonicalRequest });
  }
  if (!signedChunks.has(payloadHash)) return;
  const mismatch = verifyChunks(request.body, { signature, time, scopeText, isSigned });
  if (mismatch) throw errors.mismatch({ accessKey, canonicalRequest, ...mismatch });
}

/** A KeyObject is several times as fast as a Buffer. */
function hmac(key: Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Compares a MAC with a hexadecimal text in constant time. */
function isSame(mac: Buffer, text: string): boolean {
  const claimed = Buffer.from(text, 'hex');
  const isHexadecimal = text.length === 2 * mac.length && claimed.toString('hex') === text;
  return isHexadecimal && timingSafeEqual(claimed, mac);
}
