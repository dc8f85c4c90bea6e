/** Collects the page of `orders history --html` and writes it. */
import { resolve } from 'node:path';
import { writePrivateFile } from '../../environment/private-files.ts';
import type { Stack } from '../../environment/stack.ts';
import type { LogEntry } from '../../orders/logs/entry.ts';
import { readLogs } from '../../orders/logs/read.ts';
import type { HistoryReport } from '../../orders/lookup/history.ts';
import { renderOrderPage } from '../report-page/order-page.ts';

/** Maximum number of log lines on a page. */
const maxLogs = 2000;
/** Time before the start and after the end of an execution in which its log lines are searched (ms). */
const marginMs = 600_000;

/** Returns the page of an order, with its log lines. */
export async function buildOrderPage(
  stack: Stack,
  report: HistoryReport,
  { personal }: { readonly personal: boolean },
): Promise<string> {
  const logs = await readOrderLogs(stack, report);
  return renderOrderPage({
    report,
    logs: logs.slice(0, maxLogs),
    hasMoreLogs: logs.length > maxLogs,
    label: stack.target.label,
    personal,
  });
}

async function readOrderLogs(
  stack: Stack,
  { orderId, timeline }: HistoryReport,
): Promise<LogEntry[]> {
  const startedAt = Date.parse(timeline.startedAt);
  const hasEnded = timeline.state !== 'running';
  const entries: LogEntry[] = [];
  const batches = readLogs(stack, {
    since: startedAt - marginMs,
    until: hasEnded ? startedAt + timeline.totalMs + marginMs : undefined,
    orderIds: [orderId],
    sources: ['workflow', 'intake'],
  });
  for await (const batch of batches) {
    entries.push(...batch);
    if (entries.length > maxLogs) break;
  }
  return entries;
}

/** Writes the page to a file in the current folder that only the user can read. Returns its name. */
export function writeOrderPage(orderId: string, page: string): string {
  const name = `order-${orderId.replace(/^order-/, '')}.html`;
  writePrivateFile(resolve(name), page);
  return name;
}
