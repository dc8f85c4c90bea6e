/** Says that an order was accepted, and follows it when that was asked for. */

import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { Submitted } from '../../orders/actions/submit.ts';
import type { EndEvent } from '../../orders/watch/events.ts';
import { hintFor } from '../command/hints.ts';
import { formatMoney } from '../terminal/format-time.ts';
import { dim, mark, type Ui } from '../terminal/terminal.ts';

interface SubmitFlags {
  readonly json: boolean;
  readonly wait: boolean;
  readonly watch: boolean;
  readonly output: 'id' | undefined;
  readonly timeout: number | undefined;
}

/** Prints the accepted order: its id alone, or a sentence and the command that watches it. */
export function showSubmitted(
  submitted: Submitted,
  to: { write: (text: string) => void; flags: SubmitFlags; target: Target },
): void {
  const { orderId, customerId, lines, total } = submitted;
  if (to.flags.output === 'id') {
    to.write(`${orderId}\n`);
    return;
  }
  const items = `${lines} ${lines === 1 ? 'item' : 'items'}`;
  const facts = [`${orderId} accepted`, customerId, items, formatMoney(total)].join(' · ');
  to.write(`${mark('done', process.stdout)} ${facts} → ${to.target.label}\n`);
  if (to.flags.wait || to.flags.watch) return;
  process.stderr.write(`  ${dim(hintFor(to.target, `orders watch ${orderId}`))}\n`);
}

/** Follows the order just submitted: shown with `--watch`, in silence with `--wait`, as NDJSON with both `--json`. */
export async function followSubmitted(
  where: { target: Target; outputs: StackOutputs },
  submitted: Submitted,
  { ui, flags }: { ui: Ui; flags: SubmitFlags },
): Promise<EndEvent> {
  const { follow } = await import('../watch/watch.ts');
  const streamed = flags.json && flags.watch;
  return follow(where, submitted, {
    ui: streamed ? 'json' : flags.json && !flags.watch ? 'quiet' : ui,
    stream: streamed ? process.stdout : process.stderr,
    timeoutMs: flags.timeout,
  });
}
