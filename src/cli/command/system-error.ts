/** Errors of the operating system, such as a folder without permission, in the words of a user. */
import { dirname } from 'node:path';

/** Explanations by code (https://nodejs.org/api/errors.html#common-system-errors), with the exit code. */
const explanations: Readonly<Record<string, readonly [problem: string, exit: number]>> = {
  EACCES: ['permission denied', 3],
  EPERM: ['permission denied', 3],
  EROFS: ['its disk is read-only', 3],
  ENOSPC: ['the disk is full', 7],
  EDQUOT: ['the disk quota is used up', 7],
};

function describeFix(code: string, path: string): string {
  if (code === 'EROFS') return 'use a folder on another disk';
  if (explanations[code]?.[1] === 7) return 'free disk space';
  return `change the permissions of ${dirname(path)}, or use another folder`;
}

/** Returns the message, the fix and the exit code for an error of the file system; undefined for any other error. */
export function describeSystemError(
  error: unknown,
): { code: string; message: string; hint: readonly string[]; exit: number } | undefined {
  const {
    code = '',
    syscall,
    ...system
  } = (error ?? {}) as NodeJS.ErrnoException & { dest?: string };
  // An error of a copy names its source too.
  const path = system.dest ?? system.path;
  const [problem, exit] = explanations[code] ?? [];
  const isFull = exit === 7;
  // Requests to AWS fail with the same codes, but without a path.
  if (problem === undefined || exit === undefined || !(path || (isFull && syscall)))
    return undefined;
  return {
    code: isFull ? 'DiskFull' : 'FileAccess',
    message: `${path ?? 'A file'} cannot be ${isFull ? 'written' : 'used'}: ${problem}.`,
    hint: [describeFix(code, path ?? '')],
    exit,
  };
}
