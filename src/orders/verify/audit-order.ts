/** Orders that something seems wrong with. Pure. */
import { auditBooks, type Judged } from './audit-side-effects.ts';
import { auditStanding, type Lookout, needsHistory, type Standing } from './audit-status.ts';
import type { Mismatch } from './mismatch.ts';
import type { OrderBooks } from './order-side-effects.ts';

/** An order with everything that was read of it. */
export interface Suspect extends Standing {
  /** Absent without a row. */
  readonly books?: OrderBooks | undefined;
}

export interface Judging extends Lookout {
  readonly judged: Judged;
}

/** What contradicts each other. A row that is wrong itself says nothing of its books. */
export function auditAll(suspect: Suspect, { keptSince, judged }: Judging): Mismatch[] {
  const standing = auditStanding(suspect, { keptSince });
  if (standing.length > 0 || !suspect.books) return standing;
  return auditBooks(suspect.books, judged);
}

/** Whether there is anything to look at more closely. */
export function isSuspect(suspect: Suspect, judging: Judging): boolean {
  return auditAll(suspect, judging).length > 0 || needsHistory(suspect, suspect.books?.calls ?? []);
}

/** Whether it takes the execution's history to say what is wrong, if anything is. */
export function isOpen(suspect: Suspect, { keptSince, judged }: Judging): boolean {
  const { books } = suspect;
  if (needsHistory(suspect, books?.calls ?? [])) return true;
  const standing = auditStanding(suspect, { keptSince });
  if (standing.length > 0) return standing.some(({ kind }) => kind === 'lost-execution');
  // Where several of its books are wrong, its row may be: it ended otherwise.
  return books !== undefined && auditBooks(books, judged).length > 1;
}
