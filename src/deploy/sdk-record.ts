/** The record of the durable execution SDK in a function: written by the build and by deployments, and read from deployed versions. */
import { join } from 'node:path';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { isMap, type YAMLMap } from 'yaml';
import { isObject, readJson } from '../environment/project.ts';

export const sdk = '@aws/durable-execution-sdk-js';
/** Environment variable with the SDK's version. A published version keeps the value that it was deployed with. */
const variable = 'DURABLE_SDK_VERSION';

/** Returns the SDK version that the build recorded in a function's code; undefined for other code. */
export function readBundledSdkVersion(directory: string): string | undefined {
  const bundle = readJson(join(directory, 'bundle.json'));
  const packages = isObject(bundle) ? bundle['packages'] : undefined;
  const version = isObject(packages) ? packages[sdk] : undefined;
  return typeof version === 'string' ? version : undefined;
}

/** Records the SDK version in a function's properties in a template, unless its environment is not a map of variables. */
export function recordSdkVersion(properties: YAMLMap, version: string): void {
  const variables = properties.getIn(['Environment', 'Variables'], true);
  if (properties.has('Environment') && !isMap(variables)) return;
  properties.setIn(['Environment', 'Variables', variable], version);
}

/** Returns the SDK version of a deployed function version; undefined if its deployment did not record it. */
export function readSdkVersion({ Environment }: FunctionConfiguration): string | undefined {
  return Environment?.Variables?.[variable];
}
