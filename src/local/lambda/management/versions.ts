import { AwsError } from '../../wire/aws-error.ts';
import type { WireResponse } from '../../wire/http.ts';
import { functionConfiguration } from '../api-responses.ts';
import type { Fields } from '../constraints.ts';
import type { LambdaContext } from '../context.ts';
import { invalidParameter } from '../errors.ts';
import type { FunctionVersion } from '../function-registry.ts';
import { json, type LambdaRequest, parseFields, requestTarget } from '../request.ts';
import { toPage } from './page.ts';

/** PublishVersion; returns the newest version again if nothing has changed since it was published. */
export function publishVersion({ functions }: LambdaContext, request: LambdaRequest): WireResponse {
  const { name } = requestTarget(request);
  const input = parseFields(request);
  const latest = functions.resolve(name);
  checkRevision(latest, input);
  const { CodeSha256: expected, Description } = input;
  const sha = functionConfiguration(latest)['CodeSha256'];
  if (typeof expected === 'string' && expected !== sha) {
    throw invalidParameter(
      `CodeSHA256 (${expected}) is different from current CodeSHA256 in $LATEST (${String(sha)}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  }
  const description = typeof Description === 'string' ? Description : undefined;
  const version = functions.resolve(name, functions.publish(name, description).version);
  return json(functionConfiguration(version), 201);
}

export function listVersions({ functions }: LambdaContext, request: LambdaRequest): WireResponse {
  const { name } = requestTarget(request);
  functions.resolve(name);
  const versions = functions
    .versions(name)
    .map((version) => functionConfiguration(version, { qualified: true }));
  return json(toPage('Versions', versions, request.query));
}

/** Throws PreconditionFailedException if the request names another revision than the current one. */
export function checkRevision(version: FunctionVersion, { RevisionId }: Fields): void {
  if (RevisionId === undefined) return;
  if (RevisionId !== functionConfiguration(version)['RevisionId']) throw staleRevision();
}

/** Returns the error for a request with the revision of an earlier state. */
export function staleRevision(): AwsError {
  return new AwsError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    { status: 412 },
  );
}
