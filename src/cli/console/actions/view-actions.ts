/** Actions that change no order. */
import type { Stack } from '../../../environment/stack.ts';
import { resolveExecutionArn } from '../../../orders/lookup/history.ts';
import {
  buildLinks,
  consoleCommands,
  hasConsole,
  selectLink,
} from '../../../orders/lookup/links.ts';
import { addEnvFlag } from '../../command/hints.ts';
import { openBrowser } from '../../command/open-browser.ts';
import { trustedStream } from '../../terminal/output-guard.ts';
import type { ConsoleAction } from '../types.ts';
import { actionKeys } from './action-keys.ts';
import { nameOrders } from './effect-texts.ts';
import { type Outcome, runEach } from './run-each.ts';

/**
 * Returns the control sequence that asks the terminal to put a text into its clipboard (OSC 52). Also works over SSH. The terminal may
 * ignore it, and reports neither.
 */
export const clipboardSequence = (text: string): string =>
  `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`;

export const copy: ConsoleAction = {
  name: 'copy',
  key: actionKeys.copy,
  summary: "copy the id to the terminal's clipboard",
  isChange: false,
  refusal: () => undefined,
  describe: (orders) => `Copy the id of ${nameOrders(orders)}.`,
  run: async (_, orders) => {
    const ids = orders.map(({ orderId }) => orderId);
    trustedStream(process.stdout).write(clipboardSequence(ids.join('\n')));
    return ids.map((orderId) => ({ orderId, ok: true, message: 'sent to the clipboard' }));
  },
};

export const open: ConsoleAction = {
  name: 'open',
  key: actionKeys.open,
  summary: 'open the execution in the AWS console',
  isChange: false,
  refusal: () => undefined,
  describe: (orders) => `Open the execution of ${nameOrders(orders)} in the AWS console.`,
  run: (stack, orders) => runEach(stack, orders, ({ orderId }) => openExecution(stack, orderId)),
};

async function openExecution(stack: Stack, orderId: string): Promise<Outcome> {
  const { target } = stack;
  if (!hasConsole(target)) {
    const [command = ''] = consoleCommands(orderId);
    const { name } = target.environment;
    return { ok: false, message: `${name} has no console: ${addEnvFlag(target, command)}` };
  }
  const executionArn = await resolveExecutionArn(stack, { orderId });
  const { url } = selectLink(buildLinks(stack, { orderId, executionArn }), 'execution');
  const isOpen = await openBrowser(url, process.env);
  return { ok: isOpen, message: isOpen ? 'opened in the browser' : `no browser here: ${url}` };
}
