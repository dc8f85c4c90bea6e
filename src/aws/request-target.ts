/** Decides which hosts may receive signed requests. */
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';

/** Returns whether a host name of a URL is this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/**
 * Throws UserError if a URL, such as the address of the API in the stack's outputs, is outside the environment. With an endpoint, its
 * host is the environment, and loopback addresses are one host: a proxy has another port. Without one, it is API Gateway or
 * CloudWatch in the environment's region.
 */
export function requireOwnUrl(
  { environment, endpoint }: Pick<Target, 'environment' | 'endpoint'>,
  url: string,
): void {
  const { protocol, hostname, host } = new URL(url);
  const isOwn =
    endpoint === undefined
      ? protocol === 'https:' && isServiceHost(hostname, environment.region)
      : isSameHost({ protocol, hostname, host }, new URL(endpoint));
  if (isOwn) return;
  throw new UserError(`${host} does not belong to the environment "${environment.name}".`, {
    hint: ['no signed request was sent', 'orders env list', 'orders deploy'],
    exit: 3,
    code: 'ForeignUrl',
  });
}

function isServiceHost(hostname: string, region: string): boolean {
  if (hostname === cloudWatchHost(region)) return true;
  const [api = '', ...rest] = hostname.split('.');
  return /^[a-z0-9-]+$/.test(api) && rest.join('.') === `execute-api.${region}.${domain(region)}`;
}

/** Returns the host of CloudWatch's API. https://docs.aws.amazon.com/general/latest/gr/cw_region.html */
export function cloudWatchHost(region: string): string {
  return `monitoring.${region}.${domain(region)}`;
}

const domain = (region: string) =>
  region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';

function isSameHost(one: Pick<URL, 'protocol' | 'hostname' | 'host'>, other: URL): boolean {
  if (isLoopback(one.hostname) && isLoopback(other.hostname)) return true;
  return one.protocol === other.protocol && one.host === other.host;
}
