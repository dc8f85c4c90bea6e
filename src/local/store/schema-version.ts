import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store-error.ts';

/** "ORDR": marks the file as a store of this runtime. */
const applicationId = 0x4f52_4452;

/**
 * What makes a store of each version one of the next; the first begins with stores that had no version yet. A store that is
 * new has all its tables from the services, in their present shape.
 */
const migrations: readonly string[] = [
  // When a closed execution may go, in place of a look into each of them.
  `alter table lambda_executions add column expires real;
   update lambda_executions set expires = json_extract(body, '$.ended') + json_extract(body, '$.retentionDays') * 86400000
     where status <> 'RUNNING'`,
];

export const currentVersion = migrations.length;

/** Brings the store at `path` to the present version, whole or not at all; throws a StoreError for what is none or is newer. */
export function migrate(db: DatabaseSync, path: string): void {
  const { version, isNew } = inspectVersion(db, path);
  if (!isNew && version === currentVersion) return;
  // Only a new file can be told to; in others, room that is free is used again.
  if (isNew) db.exec('pragma auto_vacuum = incremental');
  db.exec('begin immediate');
  try {
    if (!isNew) for (const step of migrations.slice(version)) db.exec(step);
    db.exec(`pragma application_id = ${applicationId}; pragma user_version = ${currentVersion}`);
    db.exec('commit');
  } catch (error) {
    db.exec('rollback');
    throw error;
  }
}

/** The version of a store; throws a StoreError for what is none or is newer. */
export function inspectVersion(
  db: DatabaseSync,
  path: string,
): { version: number; isNew: boolean } {
  const number = (text: string, column: string) => Number(db.prepare(text).get()?.[column]);
  const version = number('pragma user_version', 'user_version');
  const application = number('pragma application_id', 'application_id');
  const tables = number('select count(*) as n from sqlite_master', 'n');
  if (tables === 0 && application === 0) return { version: currentVersion, isNew: true };
  // The first stores were not marked; the clock's table is as old as they are.
  const clock = number("select count(*) as n from sqlite_master where name = 'clock'", 'n');
  if (application !== applicationId && (application !== 0 || clock === 0)) {
    throw new StoreError('foreign', `${path} is not a store of this runtime`);
  }
  if (version > currentVersion) {
    throw new StoreError(
      'newer',
      `The store ${path} was made by a newer version (schema ${version}; this one knows ${currentVersion})`,
    );
  }
  return { version, isNew: false };
}
