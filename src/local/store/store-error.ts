/** Reasons why the store cannot be used. */
export type StoreProblem =
  | 'damaged'
  | 'foreign'
  | 'newer'
  | 'locked'
  | 'read-only'
  | 'full'
  | 'unreachable';

const hints: Readonly<Record<StoreProblem, string>> = {
  damaged:
    'The file was not changed. For details run orders local status --check; to delete the file run orders local reset',
  foreign: 'The file was not changed. Move it away, then retry',
  newer:
    'The file was not changed. Use the newer version, or delete the file with orders local reset',
  locked: 'Stop the other program, then retry',
  'read-only': 'Make the file and its folder writable, then retry',
  full: 'Free disk space, then retry. Acknowledged data is kept',
  unreachable: 'Check the disk, then retry',
};

/** The store cannot be used. The message contains the reason and a fix. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly problem: StoreProblem;

  constructor(problem: StoreProblem, message: string, cause?: unknown) {
    super(`${message}. ${hints[problem]}.`, { cause });
    this.problem = problem;
  }
}

type Explanation = readonly [problem: StoreProblem, predicate: string];

/** Explanations by SQLite's primary result code (https://www.sqlite.org/rescode.html). */
const explanations: Readonly<Record<number, Explanation>> = {
  5: ['locked', 'is locked by another program'],
  6: ['locked', 'is locked by another program'],
  8: ['read-only', 'cannot be written'],
  10: ['unreachable', 'cannot be read or written'],
  11: ['damaged', 'is damaged'],
  13: ['full', 'cannot grow: the disk is full'],
  14: ['unreachable', 'cannot be opened'],
  26: ['damaged', 'is damaged'],
};

/** Whether SQLite reported the error. */
export const isStoreFailure = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error;

/** Converts an error of SQLite or of the log's sync to a StoreError; returns any other error unchanged. */
export function toStoreError(error: unknown, path: string): unknown {
  if (error instanceof StoreError) return error;
  const { errcode, code } = error as { errcode?: number; code?: string };
  const [problem, predicate] =
    explanations[(errcode ?? 0) & 0xff] ?? explainSystemError(code) ?? [];
  if (!problem) return error;
  return new StoreError(
    problem,
    `The store ${path} ${predicate} (${(error as Error).message})`,
    error,
  );
}

function explainSystemError(code: string | undefined): Explanation | undefined {
  if (code === 'ENOSPC' || code === 'EDQUOT') return explanations[13];
  if (code === 'EROFS' || code === 'EACCES') return explanations[8];
  return code === 'EIO' ? explanations[10] : undefined;
}
