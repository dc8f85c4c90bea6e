/** Reads the health of a stack for the console: the doctor's findings, the figures of the last hour and the simulated outages. */
import { setTimeout as delay } from 'node:timers/promises';
import { examine } from '../../deploy/doctor/examine.ts';
import type { Finding } from '../../deploy/doctor/finding.ts';
import type { Stack } from '../../environment/stack.ts';
import { listOutages } from '../../orders/actions/outages.ts';
import { MetricsReader } from '../../orders/metrics/metrics.ts';
import { formatGapReason } from '../../orders/watch/connection-monitor.ts';
import { printableTexts } from '../terminal/output-guard.ts';
import type { PaneData } from './pane-reader.ts';

type Health = PaneData;

/** The figures are read again after this time (ms). */
const metricsIntervalMs = 10_000;
/** The doctor's checks make many requests and change seldom: they run again after this number of reads of the figures. */
const readsPerExamination = 6;
/** Period of the figures (ms). */
const periodMs = 3_600_000;

/** The readers of the stacks: a pane that is opened again reads only what has changed. */
const readers = new WeakMap<Stack, MetricsReader>();

/** Yields what is known about the health of the stack after each read, until `signal` aborts. Problems are part of the result. */
export async function* followHealth(
  currentStack: () => Stack,
  signal: AbortSignal,
): AsyncGenerator<Health, void> {
  let health: Health = {};
  for (let turn = 0; !signal.aborted; turn += 1) {
    const stack = currentStack();
    health = { ...health, ...(await readFigures(stack, health)) };
    yield health;
    if (turn % readsPerExamination === 0) {
      health = { ...health, ...(await runChecks(stack, health)) };
      yield health;
    }
    // Aborting ends the pause.
    await delay(metricsIntervalMs, undefined, { signal }).catch(() => undefined);
  }
}

async function readFigures(stack: Stack, { problems }: Health): Promise<Health> {
  const reader = readers.get(stack) ?? new MetricsReader(stack);
  readers.set(stack, reader);
  try {
    const since = new Date(Date.now() - periodMs).toISOString();
    const metrics = await reader.read({ since, retries: false });
    const outages = await listOutages(stack);
    return { metrics, outages, problems: without(problems, 'metrics') };
  } catch (error) {
    return { problems: { ...problems, metrics: formatGapReason(error, stack.target) } };
  }
}

async function runChecks({ target }: Stack, { problems }: Health): Promise<Health> {
  try {
    const findings: Finding[] = [];
    for await (const finding of examine(target)) findings.push(printableTexts(finding));
    return { health: findings, problems: without(problems, 'health') };
  } catch (error) {
    return { problems: { ...problems, health: formatGapReason(error, target) } };
  }
}

function without(problems: Health['problems'], solved: 'health' | 'metrics') {
  const { [solved]: _, ...others } = problems ?? {};
  return others;
}
