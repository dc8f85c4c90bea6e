/** Selection, confirmation and output of the `orders dead-letters` commands. */
import type { ExaminedDeadLetter, RedriveResult } from '../../orders/dead-letters/redrive.ts';
import type { RedriveAction } from '../../orders/dead-letters/redrive-action.ts';
import { UserError } from '../../user-error.ts';
import { confirmYes } from '../command/confirm.ts';
import { formatAge } from '../terminal/format-time.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';
import { mark } from '../terminal/terminal.ts';

const actionTexts: {
  readonly [Kind in RedriveAction['kind']]: (
    remedy: Extract<RedriveAction, { kind: Kind }>,
  ) => string;
} = {
  start: () => 'starts the order',
  'start-anew': ({ as }) => `resubmits the order as ${as}`,
  recover: () => 'recovers the order',
  remove: ({ because }) => `removes the message: ${because}`,
  leave: ({ because }) => `keeps the message: ${because}`,
};

/** Returns a description of a redrive action. */
export function redriveActionText(remedy: RedriveAction): string {
  return (actionTexts[remedy.kind] as (remedy: RedriveAction) => string)(remedy);
}

const shortActionText: Readonly<Record<RedriveAction['kind'], string>> = {
  start: 'start',
  'start-anew': 'resubmit',
  recover: 'recover',
  remove: 'remove message',
  leave: 'none',
};

/** Returns the dead-letter messages as a table. */
export function formatDeadLetters(
  messages: readonly ExaminedDeadLetter[],
  { now, ...options }: TableOptions & { readonly now: number },
): string {
  const columns: readonly Column<ExaminedDeadLetter>[] = [
    { title: 'ORDER', text: ({ orderId = '-' }) => orderId, minWidth: 16 },
    { title: 'SOURCE', text: ({ from }) => from, dropPriority: 2 },
    options.stream.isTTY
      ? { title: 'AGE', text: ({ sentAt }) => formatAge(now - Date.parse(sentAt)), align: 'right' }
      : { title: 'SENT', text: ({ sentAt }) => sentAt },
    { title: 'STATUS', text: ({ status = '-' }) => status, dropPriority: 3 },
    { title: 'ACTION', text: ({ remedy }) => shortActionText[remedy.kind] },
    { title: 'REASON', text: ({ why }) => why, minWidth: 12, dropPriority: 1 },
  ];
  return formatTable(messages, columns, options);
}

/** Returns the messages of these orders, or all messages if no order is named. Throws UserError if an order has none. */
export function selectDeadLetters(
  messages: readonly ExaminedDeadLetter[],
  orderIds: readonly string[],
): readonly ExaminedDeadLetter[] {
  const without = orderIds.find((id) => !messages.some(({ orderId }) => orderId === id));
  if (without !== undefined) {
    throw new UserError(`${without} has no dead-letter message.`, {
      hint: 'orders dead-letters list',
      exit: 5,
      code: 'NotFound',
    });
  }
  if (orderIds.length === 0) return messages;
  return messages.filter(({ orderId }) => orderId !== undefined && orderIds.includes(orderId));
}

/** Prints the action for each message and asks for confirmation, unless `--yes` is set. */
export async function confirmRedrive(
  messages: readonly ExaminedDeadLetter[],
  flags: { readonly yes: boolean; readonly 'no-input': boolean; readonly json: boolean },
): Promise<void> {
  if (flags.yes) return;
  for (const { orderId = '-', remedy } of messages.slice(0, 10)) {
    process.stderr.write(`${orderId}: ${redriveActionText(remedy)}\n`);
  }
  if (messages.length > 10) process.stderr.write(`… and ${messages.length - 10} more\n`);
  await confirmYes(flags, {
    question: `Redrive ${messages.length} dead-letter messages?`,
    nonInteractiveMessage: `Redriving ${messages.length} dead-letter messages requires confirmation.`,
    refusedMessage: 'Nothing was redriven.',
  });
}

const resultTexts: Record<RedriveResult['result'], (redriven: RedriveResult) => string> = {
  started: ({ orderId, as }) => (as === orderId ? 'started' : `resubmitted as ${as}`),
  recovering: () => 'recovery started',
  removed: ({ because }) => `message removed: ${because}`,
  left: ({ because }) => `message kept: ${because}`,
};

/** Returns the result for one message as one line. */
export function formatRedriven(redriven: RedriveResult): string {
  const { orderId = redriven.messageId, result } = redriven;
  const glyph = mark(result === 'left' ? 'failed' : 'done', process.stdout);
  return `${glyph} ${orderId} ${redrivenText(redriven)}\n`;
}

/** Returns what happened to a message. */
export const redrivenText = (redriven: RedriveResult) => resultTexts[redriven.result](redriven);
