import { globSync, readFileSync } from 'node:fs';

/** Returns the memory of a process and its descendants (MB, shared pages counted once); 0 on systems without /proc. */
export function readMemoryMb(pid: number | string): number {
  return listChildren(pid).reduce((sum, child) => sum + readMemoryMb(child), readPssMb(pid));
}

/** Returns the ids of the child processes; none on systems without /proc. */
export function listChildren(pid: number | string): string[] {
  return globSync(`/proc/${pid}/task/*/children`).flatMap(readChildren);
}

function readChildren(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(' ').filter(Boolean);
  } catch {
    // The process has ended.
    return [];
  }
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
