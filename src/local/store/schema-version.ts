import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store-error.ts';

/** The text "ORDR", which marks a file as a store of this runtime. */
const applicationId = 0x4f52_4452;

/**
 * Migration from each schema version to the next. The first applies to stores that were written before versions existed. A new
 * store needs no migration: its services create their tables in the current form.
 */
const migrations: readonly string[] = [
  // Stores when an ended execution expires. Before, that was computed from each execution.
  `alter table lambda_executions add column expires real;
   update lambda_executions set expires = json_extract(body, '$.ended') + json_extract(body, '$.retentionDays') * 86400000
     where status <> 'RUNNING'`,
  // Executions can be paused, which earlier versions cannot resume. No rows change.
  'select 1',
  // Stores the rule of each pending delivery, because the target's policy names the rule. An older store may lack both tables.
  `create table if not exists event_rules (name text primary key, body text not null) without rowid;
   create table if not exists event_deliveries (
     id integer primary key autoincrement, target text not null, event text not null);
   alter table event_deliveries add column rule text not null default '';
   update event_deliveries set rule =
     coalesce((select name from event_rules where instr(body, target) > 0 limit 1), '')`,
];

export const currentVersion = migrations.length;

/**
 * Migrates a store to the current version, completely or not at all. Throws a StoreError if the file is not a store or has a newer
 * version.
 */
export function migrate(db: DatabaseSync, path: string): void {
  const { version, isNew } = inspectVersion(db, path);
  if (!isNew && version === currentVersion) return;
  // SQLite enables this only for a new file. In other files, free pages are reused but never returned.
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

/** Returns the version of a store. Throws a StoreError if the file is not a store or has a newer version. */
export function inspectVersion(
  db: DatabaseSync,
  path: string,
): { version: number; isNew: boolean } {
  const number = (text: string, column: string) => Number(db.prepare(text).get()?.[column]);
  const version = number('pragma user_version', 'user_version');
  const application = number('pragma application_id', 'application_id');
  const tables = number('select count(*) as n from sqlite_master', 'n');
  if (tables === 0 && application === 0) return { version: currentVersion, isNew: true };
  // The first stores had no mark. All of them have the clock's table.
  const clock = number("select count(*) as n from sqlite_master where name = 'clock'", 'n');
  if (application !== applicationId && (application !== 0 || clock === 0)) {
    throw new StoreError('foreign', `${path} is not a store of this runtime`);
  }
  if (version > currentVersion) {
    throw new StoreError(
      'newer',
      `The store ${path} was written by a newer version (schema ${version}; this version supports ${currentVersion})`,
    );
  }
  return { version, isNew: false };
}
