/** First segment of the path under which the runtime serves function URLs. */
export const urlPrefix = '/lambda-url/';

/** Returns the host of a function URL on AWS. */
export function formatUrlHost(id: string, region: string): string {
  return `${id}.lambda-url.${region}.on.aws`;
}

/** Returns the address of a function URL in the runtime. */
export function formatLocalUrl(endpoint: string, id: string): string {
  return `${endpoint}${urlPrefix}${id}/`;
}
