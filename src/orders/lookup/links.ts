/** Links to an order and its stack in the AWS console. */
import { outputs as names } from '../../../functions/contract/api.ts';
import {
  dashboardPage,
  executionPage,
  logGroupPage,
  stackPage,
  tablePage,
} from '../../aws/console-links.ts';
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';

export const pages = ['api', 'execution', 'logs', 'table', 'dashboard', 'stack'] as const;
export type Page = (typeof pages)[number];

export interface Link {
  readonly page: Page;
  readonly url: string;
}

export interface LinkedOrder {
  readonly orderId: string;
  readonly executionArn: string;
}

/**
 * Returns the links of a stack, or of one of its orders. Without the AWS console, which a local runtime and other endpoints do not have,
 * only the API remains.
 */
export function buildLinks({ target, outputs }: Stack, order?: LinkedOrder): Link[] {
  const { region, stack } = target.environment;
  const api = outputs[names.apiEndpoint];
  const path = order ? `/orders/${encodeURIComponent(order.orderId)}` : '';
  const links: Link[] = api === undefined ? [] : [{ page: 'api', url: `${api}${path}` }];
  if (!hasConsole(target)) return links;
  const group = outputs[names.workflowLogGroup];
  const table = outputs[names.ordersTable];
  return [
    ...links,
    ...(order ? [{ page: 'execution', url: executionPage(order.executionArn) } as const] : []),
    ...(group ? [{ page: 'logs', url: logGroupPage(region, group, order?.orderId) } as const] : []),
    ...(table ? [{ page: 'table', url: tablePage(region, table) } as const] : []),
    { page: 'dashboard', url: dashboardPage(region, stack) },
    { page: 'stack', url: stackPage(region, stack) },
  ];
}

/** Whether the environment is in AWS, which has a console. */
export const hasConsole = (target: Stack['target']) => target.endpoint === undefined;

/** Returns the commands that show what the console would. */
export function consoleCommands(orderId: string | undefined): string[] {
  return orderId === undefined
    ? ['orders list', 'orders metrics', 'orders logs latest']
    : [`orders get ${orderId}`, `orders history ${orderId}`, `orders logs ${orderId}`];
}

/** Returns the link of a page. Throws a UserError if the environment has no such page, or if it is the page of an order. */
export function selectLink(links: readonly Link[], page: Page): Link {
  const link = links.find((candidate) => candidate.page === page);
  if (link) return link;
  const known = links.map((candidate) => candidate.page).join(', ');
  throw page === 'execution' && links.length > 1
    ? new UserError('--page execution needs an order.', { hint: 'orders open latest' })
    : new UserError(`This environment has no page "${page}".`, { hint: `pages: ${known}` });
}
