import { globSync, readFileSync } from 'node:fs';

/** MB of a process and its children, shared pages counted once; 0 where /proc does not tell. */
export function memoryOf(pid: number): number {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) =>
    readFileSync(file, 'utf8').split(' ').filter(Boolean),
  );
  return [String(pid), ...children].reduce((sum, each) => sum + pssOf(each), 0);
}

/** MB of one process. */
export function pssOf(pid: number | string): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
  } catch {
    // It has ended since, or this is no Linux.
    return 0;
  }
}
