/** How `orders dead-letters` chooses, asks and tells. */
import type { Examined, Redriven } from '../../orders/dead-letters/redrive.ts';
import type { Remedy } from '../../orders/dead-letters/remedy.ts';
import { UserError } from '../../user-error.ts';
import { askYes } from '../command/confirm.ts';
import { formatAge } from '../terminal/format-time.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';
import { mark } from '../terminal/terminal.ts';

const deeds: {
  readonly [Kind in Remedy['kind']]: (remedy: Extract<Remedy, { kind: Kind }>) => string;
} = {
  start: () => 'starts the order',
  'start-anew': ({ as }) => `places it anew as ${as}`,
  recover: () => 'recovers the order',
  remove: ({ because }) => `removes the letter: ${because}`,
  leave: ({ because }) => `leaves the letter: ${because}`,
};

/** What a redrive does, in words. */
function deed(remedy: Remedy): string {
  return (deeds[remedy.kind] as (remedy: Remedy) => string)(remedy);
}

const shortly: Readonly<Record<Remedy['kind'], string>> = {
  start: 'starts it',
  'start-anew': 'places it anew',
  recover: 'recovers it',
  remove: 'removes the letter',
  leave: 'can do nothing',
};

/** Letters as a table, the oldest first. */
export function formatLetters(
  letters: readonly Examined[],
  { now, ...options }: TableOptions & { readonly now: number },
): string {
  const columns: readonly Column<Examined>[] = [
    { title: 'ORDER', text: ({ orderId = '-' }) => orderId, least: 16 },
    { title: 'FOR', text: ({ from }) => from, leave: 2 },
    { title: 'AGE', text: ({ sentAt }) => formatAge(now - Date.parse(sentAt)), align: 'right' },
    { title: 'IS NOW', text: ({ status = '-' }) => status, leave: 3 },
    { title: 'A REDRIVE', text: ({ remedy }) => shortly[remedy.kind] },
    { title: 'WHY', text: ({ why }) => why, least: 12, leave: 1 },
  ];
  return formatTable(letters, columns, options);
}

/** The letters of these orders; all of them when none is named. Throws a UserError for one that has none (exit 5). */
export function chooseLetters(
  letters: readonly Examined[],
  orderIds: readonly string[],
): readonly Examined[] {
  const without = orderIds.find((id) => !letters.some(({ orderId }) => orderId === id));
  if (without !== undefined) {
    throw new UserError(`There is no dead letter of ${without}.`, {
      hint: 'orders dead-letters list',
      exit: 5,
      code: 'NotFound',
    });
  }
  if (orderIds.length === 0) return letters;
  return letters.filter(({ orderId }) => orderId !== undefined && orderIds.includes(orderId));
}

/** Asks about letters that nobody named. */
export async function confirmRedrive(
  letters: readonly Examined[],
  flags: { readonly yes: boolean; readonly 'no-input': boolean; readonly json: boolean },
): Promise<void> {
  if (flags.yes) return;
  for (const { orderId = '-', remedy } of letters.slice(0, 10)) {
    process.stderr.write(`${orderId}: ${deed(remedy)}\n`);
  }
  if (letters.length > 10) process.stderr.write(`… and ${letters.length - 10} more\n`);
  await askYes(flags, {
    question: `Redrive ${letters.length} letters?`,
    otherwise: `Redriving ${letters.length} letters takes a yes.`,
    refused: 'Nothing was redriven.',
  });
}

const results: Record<Redriven['result'], (redriven: Redriven) => string> = {
  started: ({ orderId, as }) => (as === orderId ? 'is started' : `is placed anew as ${as}`),
  recovering: () => 'is being recovered',
  removed: ({ because }) => `needs nothing (${because}); its letter is removed`,
  left: ({ because }) => `keeps its letter: ${because}`,
};

/** What became of one letter, as a line. */
export function redrivenLine(redriven: Redriven): string {
  const { orderId = redriven.messageId, result } = redriven;
  const glyph = mark(result === 'left' ? 'failed' : 'done', process.stdout);
  return `${glyph} ${orderId} ${results[result](redriven)}\n`;
}
