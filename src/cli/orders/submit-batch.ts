/** Submits the orders of a file. */
import type { Stack } from '../../environment/stack.ts';
import {
  type BatchOrder,
  type BatchResult,
  submitOrders,
} from '../../orders/actions/submit-batch.ts';
import { addEnvFlag } from '../command/hints.ts';
import { interruptExitCode, listenForInterrupt } from '../command/interrupt.ts';
import { dim, mark } from '../terminal/terminal.ts';
import { showWatchMany } from '../watch/watch.ts';
import { printSubmitted, type SubmitFlags } from './submission.ts';

/** Results of a file. An interrupt leaves `results` incomplete. */
export interface Batch {
  readonly results: readonly BatchResult[];
  readonly exitCode: number;
}

interface BatchOptions {
  readonly via: 'invoke' | 'api';
  readonly flags: SubmitFlags;
  readonly write: (text: string) => void;
}

/**
 * Submits all orders and prints each result. An order that is refused does not stop the others. Returns the results in the order of the
 * file and the exit code: that of the only kind of result, 13 if they differ, 130 after an interrupt.
 */
export async function submitBatch(
  stack: Stack,
  orders: readonly BatchOrder[],
  { via, flags, write }: BatchOptions,
): Promise<Batch> {
  const { signal, release } = listenForInterrupt(undefined);
  const onResult = (result: BatchResult) => {
    if (!flags.json) printResult(result, { stack, flags, write });
  };
  const sorted = await submitOrders(stack, orders, { via, signal, onResult }).finally(release);
  const exitCode = interruptExitCode(signal) || exitCodeFor(sorted);
  if (!flags.json) printSummary(stack, orders.length, sorted);
  return { results: sorted, exitCode };
}

/** Watches the accepted orders of a file, and sets the exit code to that of the outcomes, or of the submission if that failed. */
export async function watchBatch(
  stack: Stack,
  { results, exitCode }: Batch,
  { ui, flags }: { readonly ui: 'live' | 'plain' | 'quiet'; readonly flags: SubmitFlags },
): Promise<void> {
  const orders = results.filter((result) => !('error' in result));
  if (orders.length === 0) return;
  const isStream = flags.json && flags.watch;
  await showWatchMany(
    stack,
    { orders },
    {
      ui: isStream ? 'json' : flags.json || !flags.watch ? 'quiet' : ui,
      stream: isStream ? process.stdout : process.stderr,
      timeoutMs: flags.timeout,
    },
  );
  if (exitCode !== 0 && !process.exitCode) process.exitCode = 13;
}

function exitCodeFor(results: readonly BatchResult[]): number {
  const codes = new Set(results.map((result) => ('error' in result ? result.error.exit : 0)));
  return codes.size > 1 ? 13 : ([...codes][0] ?? 0);
}

function printResult(
  result: BatchResult,
  { stack, flags, write }: Pick<BatchOptions, 'flags' | 'write'> & { readonly stack: Stack },
): void {
  if ('error' in result) {
    process.stderr.write(`${mark('failed')} line ${result.line}: ${result.error.message}\n`);
    return;
  }
  printSubmitted(result, { write, flags: { ...flags, watch: true }, target: stack.target });
}

function printSummary(stack: Stack, total: number, results: readonly BatchResult[]): void {
  const failed = results.filter((result) => 'error' in result).length;
  const existing = results.filter((result) => 'created' in result && result.created === false);
  const parts = [
    `${results.length - failed - existing.length} accepted`,
    ...(existing.length > 0 ? [`${existing.length} existed`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(results.length < total ? [`${total - results.length} not submitted`] : []),
  ];
  process.stderr.write(`${total} orders: ${parts.join(', ')}\n`);
  if (failed < results.length) {
    process.stderr.write(`  ${dim(addEnvFlag(stack.target, 'orders watch --all'))}\n`);
  }
}
