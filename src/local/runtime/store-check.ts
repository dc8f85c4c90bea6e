import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { findExecutionProblems } from '../lambda/execution/consistency-check.ts';
import { inspectVersion } from '../store/schema-version.ts';
import { StoreError, toStoreError } from '../store/store-error.ts';
import { storeFile } from './state-file.ts';

/** Result of a check of the whole store. */
export interface StoreCheck {
  readonly path: string;
  readonly bytes: number;
  /** Schema version; absent if the store cannot be read. */
  readonly schema?: number;
  readonly executions: number;
  readonly running: number;
  /** Problems as sentences; empty if there are none. */
  readonly problems: readonly string[];
}

/** Throws StoreError if this version cannot use the store in a runtime's directory. Reads only its header. */
export function checkStoreVersion(directory: string): void {
  const path = join(directory, storeFile);
  if (!existsSync(path)) return;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
    inspectVersion(db, path);
  } catch (error) {
    throw toStoreError(error, path);
  } finally {
    db?.close();
  }
}

/** Checks the store in a runtime's directory without changing it. The store may be in use. Returns undefined if there is none. */
export function checkStore(directory: string): StoreCheck | undefined {
  const path = join(directory, storeFile);
  if (!existsSync(path)) return undefined;
  const empty = { path, bytes: statSync(path).size, executions: 0, running: 0 };
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(toDatabaseUrl(path), { readOnly: true, timeout: 2_000 });
    const { version } = inspectVersion(db, path);
    // All queries read one snapshot, even if the runtime writes meanwhile.
    db.exec('begin');
    return { ...empty, schema: version, ...readContent(db) };
  } catch (error) {
    const why = toStoreError(error, path);
    if (why instanceof StoreError) return { ...empty, problems: [why.message] };
    throw error;
  } finally {
    db?.close();
  }
}

/**
 * Returns the URL to open a store for reading. SQLite creates files next to a database that it reads, unless the database is marked
 * as immutable. That is safe without a write-ahead log, because then no process has the store open.
 */
function toDatabaseUrl(path: string): URL {
  const url = pathToFileURL(path);
  if (!existsSync(`${path}-wal`)) url.searchParams.set('immutable', '1');
  return url;
}

function readContent(db: DatabaseSync): Pick<StoreCheck, 'executions' | 'running' | 'problems'> {
  const pages = db
    .prepare('pragma integrity_check')
    .all()
    .flatMap((row) => String(row['integrity_check']).split('\n'))
    .filter((line) => line.trim() !== '' && !line.startsWith('*** '));
  if (pages[0] !== 'ok') {
    const problems = shortenProblems(pages.map((line) => `damaged file: ${line}`));
    return { executions: 0, running: 0, problems };
  }
  const statuses = db
    .prepare('select status, count(*) as n from lambda_executions group by status')
    .all();
  const count = (rows: typeof statuses) => rows.reduce((sum, row) => sum + Number(row['n']), 0);
  return {
    executions: count(statuses),
    running: count(statuses.filter((row) => row['status'] === 'RUNNING')),
    problems: findExecutionProblems(db),
  };
}

/** Maximum number of problems of a damaged file, and maximum length of each. SQLite reports every page. */
const maxProblems = 5;
const maxProblemLength = 160;

function shortenProblems(problems: readonly string[]): string[] {
  const more = problems.length - maxProblems;
  return [
    ...problems
      .slice(0, maxProblems)
      .map((line) =>
        line.length > maxProblemLength ? `${line.slice(0, maxProblemLength - 1)}…` : line,
      ),
    ...(more > 0 ? [`${more} more problems`] : []),
  ];
}
