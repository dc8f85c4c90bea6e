/** Runs real load tests, and measures the processors that they and other processes use. Requires Linux. */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { LoadReport } from '../../src/orders/load-test/report-types.ts';
import { program } from '../../test/support/project-files.ts';
import type { Bench } from '../project.ts';

export interface LoadRun {
  readonly report: LoadReport;
  /** Processor time of the runtime and its functions for each order (ms). */
  readonly cpuMsPerOrder: number;
  /** Processors that all other processes used on average while orders were running, the load test included. */
  readonly otherProcessors: number;
}

/** Processor times at a moment (ms). */
interface Sample {
  readonly at: number;
  /** The runtime and its functions. */
  readonly runtime: number;
  /** All processes. */
  readonly busy: number;
}

const sampleIntervalMs = 200;

/** Runs a load test with these arguments. Throws if one of its checks fails. */
export async function runLoadTest(bench: Bench, argv: readonly string[]): Promise<LoadRun> {
  const { pid } = bench.status();
  const samples: Sample[] = [];
  const sample = () =>
    samples.push({ at: Date.now(), runtime: readTreeMs(pid), busy: readBusyMs() });
  sample();
  const sampling = setInterval(sample, sampleIntervalMs);
  const all = ['load-test', ...argv, '--mix', 'low', '--no-report', '--json'];
  const child = spawn(program, all, { cwd: bench.root, stdio: ['ignore', 'pipe', 'ignore'] });
  const chunks: string[] = [];
  child.stdout.on('data', (chunk) => chunks.push(String(chunk)));
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(sampling);
  sample();
  const last = chunks.join('').trim().split('\n').at(-1) ?? '{}';
  const { report } = JSON.parse(last) as { report?: LoadReport };
  if (!report?.passed) throw new Error(`the load test failed: ${last.slice(0, 500)}`);
  const { firstAt, lastAt } = timeSpan(report);
  const from = samples.findLast(({ at }) => at <= firstAt) ?? samples[0];
  const to = samples.find(({ at }) => at >= lastAt) ?? samples.at(-1);
  if (!from || !to) throw new Error('nothing was measured');
  const cpuMs = to.runtime - from.runtime;
  return {
    report,
    cpuMsPerOrder: cpuMs / report.outcome.completed,
    otherProcessors: Math.max(0, (to.busy - from.busy - cpuMs) / (to.at - from.at)),
  };
}

/** Returns the times of the first submission and of the last end of an order (epoch ms). */
export function timeSpan({ startedAt, orders }: Pick<LoadReport, 'startedAt' | 'orders'>) {
  const starts = orders.map(({ submittedAt = startedAt }) => Date.parse(submittedAt));
  const ends = orders.map(({ terminalMs = 0 }, index) => (starts[index] ?? 0) + terminalMs);
  return { firstAt: Math.min(...starts), lastAt: Math.max(...ends) };
}

/** Length of a unit of time in /proc (ms). */
const tickMs = 10;

/** Returns the processor time of a process and all its present and former children (ms). */
function readTreeMs(pid: number): number {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) =>
    readFileSync(file, 'utf8').split(' ').filter(Boolean),
  );
  const own = readTicks(String(pid)).reduce((sum, ticks) => sum + ticks, 0);
  const running = children.reduce((sum, child) => {
    const [user = 0, system = 0] = readTicks(child);
    return sum + user + system;
  }, 0);
  return (own + running) * tickMs;
}

/** Returns the time of a process in user and system mode, then that of its ended children. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function readTicks(pid: string): number[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program may contain spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).map(Number);
}

/** Returns the time in which the processors were busy or taken away by the host (ms). */
function readBusyMs(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * tickMs;
}

/** Maximum number of processes in which the runtime runs functions. */
export const localEnvironments = 2 * availableParallelism() + 2;
