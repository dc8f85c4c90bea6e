import type { ConsoleAction } from '../types.ts';
import { cancel, retry } from './order-actions.ts';
import { pause, resume } from './pause-actions.ts';
import { redrive, repair } from './repair-actions.ts';
import { approve, reject } from './review-actions.ts';
import { copy, open } from './view-actions.ts';

/** All actions on orders, in the order of the help. */
export const actions: readonly ConsoleAction[] = [
  approve,
  reject,
  cancel,
  retry,
  pause,
  resume,
  repair,
  redrive,
  copy,
  open,
];
