import type { AwsError } from './aws-error.ts';
import type { Signature } from './signature.ts';

/** A request as a service receives it: read completely, not interpreted. */
export interface WireRequest {
  readonly method: string;
  /** Percent-encoded path. ARNs contain an encoded `/`, so it has to be split before decoding. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Headers in the spelling of the client. API Gateway distinguishes upper and lower case. */
  readonly exactHeaders: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Region of the signature's credential scope, or the runtime's region if there is no signature. */
  readonly region: string;
  /** Undefined for a request without a signature, in the headers or in the query. */
  readonly signature?: Signature | undefined;
}

/** A response that a service returns to the server. */
export interface WireResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Format of a service's requests and errors. */
export interface Protocol {
  /** Returns AWS's name of the requested operation, or an empty string if the request names none. */
  operation(request: WireRequest): string;
  /** Returns the response for an error. */
  failure(error: AwsError, request: WireRequest): WireResponse;
}

/** An AWS service of the runtime, with its own protocol. */
export interface Service {
  /** Name in request counts and errors. */
  readonly name: string;
  /** Returns whether a request is for this service. The first service of the list that returns true handles it. */
  claims(request: WireRequest): boolean;
  /** Returns the response to a request, errors included. The server sends it after `store.committed()`. */
  handle(request: WireRequest): WireResponse | Promise<WireResponse>;
  /** Absent for services of the runtime itself. Their requests are not counted, delayed or refused. */
  readonly protocol?: Protocol;
}
