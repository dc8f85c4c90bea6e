import type { AwsError } from './aws-error.ts';

/** Why an access key or its token is refused. */
export type KeyProblem = 'unknown-key' | 'foreign-key' | 'invalid-token' | 'expired-token';

/** An element of the credential scope that is not the expected one. */
export interface ScopeProblem {
  readonly element: 'region' | 'service' | 'terminator' | 'date';
  readonly actual: string;
  readonly expected: string;
}

/** A time that is too far from the runtime's time. All times are epoch ms. */
export interface Skew {
  readonly signedAt: number;
  readonly now: number;
  readonly toleranceMs: number;
}

/** Details of a signature that does not match. */
export interface Mismatch {
  readonly accessKey: string;
  readonly signature: string;
  readonly stringToSign: string;
  readonly canonicalRequest: string;
}

/** The errors with which a service refuses signatures. */
export interface SignatureErrors {
  missing(): AwsError;
  /** The request has a signature in its header and another in its query. */
  twoSignatures(): AwsError;
  unsupportedAlgorithm(algorithm: string): AwsError;
  /** Elements of the signature are missing or malformed; `message` describes them. */
  incomplete(message: string): AwsError;
  scope(problems: readonly ScopeProblem[]): AwsError;
  skew(skew: Skew): AwsError;
  unsignedHost(): AwsError;
  unsignedHeaders(names: readonly string[]): AwsError;
  key(problem: KeyProblem, accessKey: string): AwsError;
  mismatch(details: Mismatch): AwsError;
}

/** Message for the access key of another project's runtime. Clients recognize it and report it in their own words. */
export const foreignKeyMessage = 'The access key belongs to the local runtime of another project.';
