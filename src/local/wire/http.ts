import type { AccessDenied } from '../iam/access-denied.ts';
import type { Permission } from '../iam/permission.ts';
import type { Principal } from '../iam/principal.ts';
import type { AwsError } from './aws-error.ts';
import type { Signature } from './signature.ts';

/** Returns the refusal of a permission; undefined if the principal has it. */
export type FindDenial = (
  permission: Permission,
  principal?: Principal,
) => AccessDenied | undefined;

/** A request as a service receives it: read completely, not interpreted. */
export interface WireRequest {
  readonly method: string;
  /** Percent-encoded path. ARNs contain an encoded `/`, so it has to be split before decoding. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as the client sent it, without the question mark. */
  readonly rawQuery: string;
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** All values of each header, by its name in the spelling of the client. API Gateway distinguishes upper and lower case. */
  readonly exactHeaders: Readonly<Record<string, readonly string[]>>;
  readonly body: Buffer;
  /** Region of the runtime. Signatures for other regions are refused. */
  readonly region: string;
  /** Undefined for a request without a signature, in the headers or in the query. It selects the service. */
  readonly signature?: Signature | undefined;
  /** The principal that signed the request. The server has verified its signature. */
  readonly caller: Principal;
  /**
   * Returns the refusal of a permission that only a part of the operation needs, for example each key of DeleteObjects; undefined
   * if the principal has it. The principal is the caller by default. Absent if access is not controlled.
   */
  readonly findDenial?: FindDenial | undefined;
}

/** A request whose signature was not verified yet. */
export type UnverifiedRequest = Omit<WireRequest, 'caller'>;

/** A response that a service returns to the server. */
export interface WireResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that may have several values. They are sent in addition to `headers`. */
  readonly headerLists?: Readonly<Record<string, readonly string[]>>;
  readonly body?: string | Buffer;
}

/** Format of a service's requests and errors. */
export interface Protocol {
  /** Returns AWS's name of the requested operation, or an empty string if the request names none. */
  operation(request: WireRequest): string;
  /** Returns the response for an error. */
  failure(error: AwsError, request: UnverifiedRequest): WireResponse;
}

/** An AWS service of the runtime, with its own protocol. */
export interface Service {
  /** Name in request counts and errors. */
  readonly name: string;
  /** Returns whether a request is for this service. The first service of the list that returns true handles it. */
  claims(request: UnverifiedRequest): boolean;
  /** Returns whether a request needs no signature. Absent if every request needs one. */
  isPublic?(request: UnverifiedRequest): boolean;
  /**
   * Returns the permissions that the caller of a request needs, in the order in which they are checked; an empty list for a request
   * that `handle` rejects for another reason. Throws the AwsError of a body that cannot be deserialized, as AWS reports that first.
   */
  permissions?(request: WireRequest): readonly Permission[];
  /** Returns the response to a request, errors included. The server sends it after `store.committed()`. */
  handle(request: WireRequest): WireResponse | Promise<WireResponse>;
  /** Absent for services of the runtime itself. Their requests are not counted, delayed or refused. */
  readonly protocol?: Protocol;
}
