import { globSync, readFileSync } from 'node:fs';

/** Returns the memory of a process and its children (MB, shared pages counted once); 0 on systems without /proc. */
export function readMemoryMb(pid: number): number {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) =>
    readFileSync(file, 'utf8').split(' ').filter(Boolean),
  );
  return [String(pid), ...children].reduce((sum, process) => sum + readPssMb(process), 0);
}

/** Returns the memory of one process (MB): its proportional set size. */
export function readPssMb(pid: number | string): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
  } catch {
    // The process has ended, or the system is not Linux.
    return 0;
  }
}
