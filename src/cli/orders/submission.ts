/** Prints an accepted order and watches it if requested. */

import type { Stack } from '../../environment/stack.ts';
import type { Target } from '../../environment/target.ts';
import type { Submitted } from '../../orders/actions/submit.ts';
import type { EndEvent } from '../../orders/watch/events.ts';
import { formatMoney } from '../../workflow/money.ts';
import { addEnvFlag } from '../command/hints.ts';
import { printable } from '../terminal/table.ts';
import { dim, mark, type Ui } from '../terminal/terminal.ts';

export interface SubmitFlags {
  readonly json: boolean;
  readonly wait: boolean;
  readonly watch: boolean;
  readonly output: 'id' | undefined;
  readonly timeout: number | undefined;
}

/** Prints the accepted order: only its id, or a line and the command that watches it. */
export function printSubmitted(
  submitted: Submitted,
  to: { write: (text: string) => void; flags: SubmitFlags; target: Target },
): void {
  const { orderId, customerId, lines, total, created = true } = submitted;
  if (to.flags.output === 'id') {
    to.write(`${orderId}\n`);
    return;
  }
  const items = `${lines} ${lines === 1 ? 'item' : 'items'}`;
  const result = created ? 'accepted' : 'was accepted before';
  const facts = [`${orderId} ${result}`, printable(customerId), items, formatMoney(total)].join(
    ' · ',
  );
  to.write(`${mark('done', process.stdout)} ${facts} → ${to.target.label}\n`);
  if (to.flags.wait || to.flags.watch) return;
  process.stderr.write(`  ${dim(addEnvFlag(to.target, `orders watch ${orderId}`))}\n`);
}

/** Watches the submitted order until it ends: visibly with `--watch`, as NDJSON with `--json --watch`, silently with `--wait`. */
export async function watchSubmitted(
  stack: Stack,
  submitted: Submitted,
  { ui, flags }: { ui: Ui; flags: SubmitFlags },
): Promise<EndEvent> {
  const { showWatch } = await import('../watch/watch.ts');
  const streamed = flags.json && flags.watch;
  return showWatch(stack, submitted, {
    ui: streamed ? 'json' : flags.json && !flags.watch ? 'quiet' : ui,
    stream: streamed ? process.stdout : process.stderr,
    timeoutMs: flags.timeout,
  });
}
