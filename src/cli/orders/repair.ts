/** How `orders repair` shows, asks and tells. */

import type { Target } from '../../environment/target.ts';
import type { Deed, Examined, Repaired } from '../../orders/verify/repair.ts';
import { hintFor } from '../command/hints.ts';
import { mark } from '../terminal/terminal.ts';

const deeds: Readonly<Record<Deed, string>> = {
  'write-row': "write its row anew from its execution's input and history",
  'restore-row': "set its row to what its execution's history shows",
  'correct-row': 'set what its row says of its stock or its execution to what is so',
  recover: 'undo what was done and close it, as recovery does',
  settle: 'refund what was charged too much, free its stock and credit its points, as its row says',
};

const done: Readonly<Record<Deed, string>> = {
  'write-row': 'its row was written anew',
  'restore-row': 'its row was set to what its execution did',
  'correct-row': 'its row was corrected',
  recover: 'it was recovered',
  settle: 'its payments, stock and points were settled',
};

/** What is wrong about an order and what would be done; nothing where nothing would be. */
export function formatPlan({ orderId, mismatches, deed }: Examined): string {
  if (!deed) return '';
  const lines = [
    ...mismatches.map(({ kind, message }) => `${mark('failed')} ${orderId}  ${kind}: ${message}`),
    `    would ${deeds[deed]}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What became of one order. */
export function repairedLines({ orderId, deeds: all, left }: Repaired, target: Target): string {
  const told = all.length > 0 ? all.map((each) => done[each]).join('; ') : 'nothing is wrong';
  const lines =
    left.length === 0
      ? [`${mark('done', process.stdout)} ${orderId} ${told}`]
      : left.flatMap(({ kind, message, command }) => [
          `${mark('failed', process.stdout)} ${orderId}  ${kind}: ${message}`,
          `    ${hintFor(target, command)}`,
        ]);
  return lines.map((line) => `${line}\n`).join('');
}
