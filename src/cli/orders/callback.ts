/** How `orders callback` is asked and tells. */
import { readFileSync } from 'node:fs';
import { Args } from '@oclif/core';
import { reviewOperations } from '../../../functions/contract/review.ts';
import type { Answered, PendingCallback } from '../../orders/actions/callbacks.ts';
import { UserError } from '../../user-error.ts';
import { orderArg } from '../command/order-arguments.ts';
import { formatAge, formatDuration } from '../terminal/format-time.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';
import { mark } from '../terminal/terminal.ts';

/** The callback that an answer is for. */
export const callbackArgs = () => ({
  order: orderArg(),
  step: Args.string({ description: 'the step that waits; needed only where several do' }),
});

/** What `--result` says: JSON as it stands, or in a file after `@`; `@-` is stdin. Throws a UserError for what is no JSON. */
export function readResult(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const json = text.startsWith('@') ? readFile(text.slice(1)) : text;
  try {
    JSON.parse(json);
    return json.trim();
  } catch {
    throw new UserError(
      `--result ${text.startsWith('@') ? text : ''} is no JSON.`.replace('  ', ' '),
      {
        hint: [`--result '{"ok":true}'`, '--result @answer.json'],
      },
    );
  }
}

function readFile(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new UserError(`${file} cannot be read.`, { hint: '--result @answer.json', cause });
  }
}

const words: Record<Answered['answer'], string> = {
  succeed: 'is answered; it goes on',
  fail: 'is answered with a failure',
  heartbeat: 'has heard that the answer is on its way',
};

/** An answer as a line. */
export function answeredLine({ orderId, step, answer }: Answered): string {
  return `${mark('done', process.stdout)} ${step} of ${orderId} ${words[answer]}\n`;
}

function columns(now: number): readonly Column<PendingCallback>[] {
  const left = (at: string) => Date.parse(at) - now;
  return [
    { title: 'ORDER', text: ({ orderId }) => orderId, least: 16 },
    { title: 'STEP', text: ({ step }) => step, least: 12 },
    {
      title: 'WAITS',
      text: ({ waitsSince }) => formatAge(now - Date.parse(waitsSince)),
      align: 'right',
      leave: 1,
    },
    {
      title: 'LEFT',
      text: ({ timesOutAt: at }) =>
        at === undefined ? 'always' : left(at) > 0 ? formatDuration(left(at)) : 'none',
      align: 'right',
    },
    {
      title: 'HEARTBEAT',
      text: ({ heartbeatSeconds: every }) =>
        every === undefined ? '' : `every ${formatDuration(every * 1000)}`,
      align: 'right',
      leave: 2,
    },
  ];
}

/** For pipes: times as they are. */
const factColumns: readonly Column<PendingCallback>[] = [
  { title: 'ORDER', text: ({ orderId }) => orderId },
  { title: 'STEP', text: ({ step }) => step },
  { title: 'SINCE', text: ({ waitsSince }) => waitsSince },
  { title: 'TIMES OUT', text: ({ timesOutAt = 'never' }) => timesOutAt },
];

/** The command that answers a callback. */
export function answerWith({ orderId, step }: PendingCallback): string {
  return step === reviewOperations.callback
    ? `orders review approve ${orderId}`
    : `orders callback succeed ${orderId} ${step} --result JSON`;
}

/** What is waited for, one a line: at a terminal with how long, else with when. */
export function formatCallbacks(
  pending: readonly PendingCallback[],
  { now, ...options }: TableOptions & { readonly now: number },
): string {
  return formatTable(pending, options.header ? columns(now) : factColumns, options);
}
