import type { RequestCounts } from '../../src/local/fault-injection/request-gate.ts';
import { projectCredentials, signedFetch } from './credentials.ts';

/** Returns the request counts of a project's runtime. */
export async function readTraffic(root: string, url: string): Promise<RequestCounts> {
  const credentials = projectCredentials(root);
  const response = await signedFetch('runtime', `${url}/_runtime/traffic`, { credentials });
  return (await response.json()) as RequestCounts;
}
