/** What can be wrong with the store. */
export type StoreTrouble =
  | 'damaged'
  | 'foreign'
  | 'newer'
  | 'locked'
  | 'read-only'
  | 'full'
  | 'unreachable';

const remedies: Readonly<Record<StoreTrouble, string>> = {
  damaged:
    'It is left as it is: orders local status --check says what is wrong, orders local reset begins anew',
  foreign: 'It is left as it is: move it away and try again',
  newer: 'It is left as it is: use that one, or begin anew with orders local reset',
  locked: 'End what holds it, then try again',
  'read-only': 'Make the file and its folder writable, then try again',
  full: 'Make room, then try again: what was acknowledged is kept',
  unreachable: 'Look at the disk, then try again',
};

/** The store cannot be used; the message says why and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly trouble: StoreTrouble;

  constructor(trouble: StoreTrouble, what: string, cause?: unknown) {
    super(`${what}. ${remedies[trouble]}.`, { cause });
    this.trouble = trouble;
  }
}

type Meaning = readonly [trouble: StoreTrouble, what: string];

/** By primary result code, https://www.sqlite.org/rescode.html. */
const meanings: Readonly<Record<number, Meaning>> = {
  5: ['locked', 'is held by another program'],
  6: ['locked', 'is held by another program'],
  8: ['read-only', 'cannot be written'],
  10: ['unreachable', 'cannot be read or written'],
  11: ['damaged', 'is damaged'],
  13: ['full', 'has no room to grow: the disk is full'],
  14: ['unreachable', 'cannot be opened'],
  26: ['damaged', 'is damaged'],
};

/** An error of SQLite, or of syncing its log, as what it means for the store; any other error as it is. */
export function asStoreError(error: unknown, path: string): unknown {
  if (error instanceof StoreError) return error;
  const { errcode, code } = error as { errcode?: number; code?: string };
  const [trouble, what] = meanings[(errcode ?? 0) & 0xff] ?? meaningOf(code) ?? [];
  if (!trouble) return error;
  return new StoreError(trouble, `The store ${path} ${what} (${(error as Error).message})`, error);
}

function meaningOf(code: string | undefined): Meaning | undefined {
  if (code === 'ENOSPC' || code === 'EDQUOT') return meanings[13];
  if (code === 'EROFS' || code === 'EACCES') return meanings[8];
  return code === 'EIO' ? meanings[10] : undefined;
}
