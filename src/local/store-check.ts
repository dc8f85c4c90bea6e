import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { executionProblems } from './lambda/execution/consistency-check.ts';
import { storeFile } from './state-file.ts';
import { inspectVersion } from './store/schema-version.ts';
import { asStoreError, StoreError } from './store/store-error.ts';

/** What a look through the whole store found. */
export interface StoreCheck {
  readonly path: string;
  readonly bytes: number;
  /** Absent when it cannot be read at all. */
  readonly schema?: number;
  readonly executions: number;
  readonly running: number;
  /** Empty when it is sound. */
  readonly problems: readonly string[];
}

/** Looks through the store of a runtime's directory, which may be in use, and changes nothing; undefined when there is none. */
export function checkStore(directory: string): StoreCheck | undefined {
  const path = join(directory, storeFile);
  if (!existsSync(path)) return undefined;
  const nothing = { path, bytes: statSync(path).size, executions: 0, running: 0 };
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(locate(path), { readOnly: true, timeout: 2_000 });
    const { version } = inspectVersion(db, path);
    // One snapshot for all of it, whatever is written meanwhile.
    db.exec('begin');
    return { ...nothing, schema: version, ...contentOf(db) };
  } catch (error) {
    const why = asStoreError(error, path);
    if (why instanceof StoreError) return { ...nothing, problems: [why.message] };
    throw error;
  } finally {
    db?.close();
  }
}

/** SQLite makes files beside one that it reads, unless told that nobody writes: where there is no log, nobody does. */
function locate(path: string): URL {
  const url = pathToFileURL(path);
  if (!existsSync(`${path}-wal`)) url.searchParams.set('immutable', '1');
  return url;
}

function contentOf(db: DatabaseSync): Pick<StoreCheck, 'executions' | 'running' | 'problems'> {
  const pages = db
    .prepare('pragma integrity_check')
    .all()
    .map((row) => String(row['integrity_check']));
  if (pages[0] !== 'ok') return { executions: 0, running: 0, problems: pages };
  const statuses = db
    .prepare('select status, count(*) as n from lambda_executions group by status')
    .all();
  const count = (rows: typeof statuses) => rows.reduce((sum, row) => sum + Number(row['n']), 0);
  return {
    executions: count(statuses),
    running: count(statuses.filter((row) => row['status'] === 'RUNNING')),
    problems: executionProblems(db),
  };
}
