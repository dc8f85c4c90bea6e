/** Output of `orders repair`. */

import type { Target } from '../../environment/target.ts';
import type { ExaminedOrder, RepairResult } from '../../orders/verify/repair.ts';
import type { RepairAction } from '../../orders/verify/repair-actions.ts';
import { addEnvFlag } from '../command/hints.ts';
import { mark } from '../terminal/terminal.ts';

const plannedTexts: Readonly<Record<RepairAction, string>> = {
  'write-row': "rebuild its record from its execution's input and history",
  'restore-row': 'restore its record from the history of its execution',
  'correct-row': 'correct the stock or execution fields of its record',
  recover: 'undo its completed steps and close it, as recovery does',
  settle: 'refund excess payments, release its stock and credit its points, as its record requires',
};

const doneTexts: Readonly<Record<RepairAction, string>> = {
  'write-row': 'record rebuilt',
  'restore-row': 'record restored',
  'correct-row': 'record corrected',
  recover: 'order recovered',
  settle: 'payments, stock and points corrected',
};

/** Returns what a repair does, as the end of a sentence. */
export const plannedRepairText = (action: RepairAction) => plannedTexts[action];

/** Returns what a repair has done. */
export const repairedText = ({ deeds }: Pick<RepairResult, 'deeds'>) =>
  deeds.length > 0 ? deeds.map((action) => doneTexts[action]).join('; ') : 'no mismatches';

/** Returns the mismatches of an order and the planned repair; an empty text if there is nothing to repair. */
export function formatPlan({ orderId, mismatches, action }: ExaminedOrder): string {
  if (!action) return '';
  const lines = [
    ...mismatches.map(({ kind, message }) => `${mark('failed')} ${orderId}  ${kind}: ${message}`),
    `    would ${plannedRepairText(action)}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Returns the result for one order: the repairs that were made, or the remaining mismatches. */
export function formatRepaired({ orderId, deeds, left }: RepairResult, target: Target): string {
  const lines =
    left.length === 0
      ? [`${mark('done', process.stdout)} ${orderId} ${repairedText({ deeds })}`]
      : left.flatMap(({ kind, message, command }) => [
          `${mark('failed', process.stdout)} ${orderId}  ${kind}: ${message}`,
          `    ${addEnvFlag(target, command)}`,
        ]);
  return lines.map((line) => `${line}\n`).join('');
}
