/** Arguments and output of the `orders callback` commands. */
import { readFileSync } from 'node:fs';
import { Args } from '@oclif/core';
import { reviewOperations } from '../../../functions/contract/review.ts';
import type { PendingCallback, RespondResult } from '../../orders/actions/callbacks.ts';
import { UserError } from '../../user-error.ts';
import { orderArg } from '../command/order-arguments.ts';
import { formatAge, formatDuration } from '../terminal/format-time.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';
import { mark } from '../terminal/terminal.ts';

/** Arguments that select a callback. */
export const callbackArgs = () => ({
  order: orderArg(),
  step: Args.string({ description: 'waiting step; required if several steps wait' }),
});

/** Returns the JSON text of `--result`: the value itself, or the content of `@FILE` (`@-`: stdin). Throws UserError if it is not JSON. */
export function readResult(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const json = text.startsWith('@') ? readFile(text.slice(1)) : text;
  try {
    JSON.parse(json);
    return json.trim();
  } catch {
    throw new UserError(
      `--result ${text.startsWith('@') ? text : ''} is not valid JSON.`.replace('  ', ' '),
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

const responseTexts: Record<RespondResult['answer'], string> = {
  succeed: 'succeeded; the order continues',
  fail: 'failed, as requested',
  heartbeat: 'received a heartbeat',
};
const pausedTexts: Record<RespondResult['answer'], string> = {
  ...responseTexts,
  succeed: 'succeeded; the order continues when it is resumed',
  fail: 'failed, as requested; the order continues when it is resumed',
};

/** Returns the result of a response as one line. */
export function formatResponse({ orderId, step, answer, paused }: RespondResult): string {
  const text = (paused ? pausedTexts : responseTexts)[answer];
  return `${mark('done', process.stdout)} ${step} of ${orderId} ${text}\n`;
}

function columns(now: number): readonly Column<PendingCallback>[] {
  const remainingMs = (at: string) => Date.parse(at) - now;
  return [
    { title: 'ORDER', text: ({ orderId }) => orderId, minWidth: 16 },
    { title: 'STEP', text: ({ step }) => step, minWidth: 12 },
    {
      title: 'WAITING',
      text: ({ waitsSince }) => formatAge(now - Date.parse(waitsSince)),
      align: 'right',
      dropPriority: 1,
    },
    {
      title: 'LEFT',
      text: ({ timesOutAt: at }) =>
        at === undefined
          ? 'unlimited'
          : remainingMs(at) > 0
            ? formatDuration(remainingMs(at))
            : 'none',
      align: 'right',
    },
    {
      title: 'HEARTBEAT',
      text: ({ heartbeatSeconds: every }) =>
        every === undefined ? '' : `every ${formatDuration(every * 1000)}`,
      align: 'right',
      dropPriority: 2,
    },
  ];
}

/** Columns for a pipe: absolute times. */
const plainColumns: readonly Column<PendingCallback>[] = [
  { title: 'ORDER', text: ({ orderId }) => orderId },
  { title: 'STEP', text: ({ step }) => step },
  { title: 'SINCE', text: ({ waitsSince }) => waitsSince },
  { title: 'TIMES OUT', text: ({ timesOutAt = 'never' }) => timesOutAt },
];

/** Returns the command that responds to a callback. */
export function buildRespondCommand({ orderId, step }: PendingCallback): string {
  return step === reviewOperations.callback
    ? `orders review approve ${orderId}`
    : `orders callback succeed ${orderId} ${step} --result JSON`;
}

/** Returns pending callbacks as a table, with durations at a terminal and absolute times in a pipe. */
export function formatCallbacks(
  pending: readonly PendingCallback[],
  { now, ...options }: TableOptions & { readonly now: number },
): string {
  return formatTable(pending, options.header ? columns(now) : plainColumns, options);
}
