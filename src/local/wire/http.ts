import type { AwsError } from './aws-error.ts';

/** A request as the server hands it to a service: everything read, nothing interpreted. */
export interface WireRequest {
  readonly method: string;
  /** The path as it came, still percent-encoded: ARNs hold an encoded `/`, so split before decoding. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** From the credential scope of the signature; the defaults of the runtime when there is none. */
  readonly region: string;
}

export interface WireResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** How a service's requests and errors are written. */
export interface Protocol {
  /** The operation that a request asks for, as AWS names it; empty when it names none. */
  operation(request: WireRequest): string;
  failure(error: AwsError, request: WireRequest): WireResponse;
}

/** One AWS service of the runtime: answers its requests in its own protocol. */
export interface Service {
  /** What the access log and errors call it. */
  readonly name: string;
  /** Whether a request is this service's; asked in the order in which services are listed. */
  claims(request: WireRequest): boolean;
  /** Answers a request; errors are written in the service's own protocol. Sent only after `store.committed()`. */
  handle(request: WireRequest): WireResponse | Promise<WireResponse>;
  /** Absent for what is no service of AWS. */
  readonly protocol?: Protocol;
}

export const account = '000000000000';
export const partition = 'aws';
