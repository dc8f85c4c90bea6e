import type { DatabaseSync } from 'node:sqlite';
import { executionTimeout } from './timer-store.ts';

/** What must never be found: a sentence about `what`, and a query for the executions that it is true of. */
const impossible: readonly { readonly says: string; readonly finds: string }[] = [
  ...['operations', 'events', 'timers'].map((rows) => ({
    says: `has ${rows} and does not exist`,
    finds: `select distinct execution as what from lambda_${rows} where execution not in (select id from lambda_executions)`,
  })),
  {
    says: 'has a history with gaps',
    finds:
      'select execution as what from lambda_events group by execution having min(id) <> 1 or max(id) <> count(*)',
  },
  {
    says: 'runs and can never time out',
    finds: `select id as what from lambda_executions where status = 'RUNNING' and not exists
      (select 1 from lambda_timers where execution = lambda_executions.id and operation = '${executionTimeout}')`,
  },
  {
    says: 'is suspended and nothing will wake it',
    finds: `select id as what from lambda_executions as e where status = 'RUNNING' and running = 0 and not exists
      (select 1 from lambda_timers where execution = e.id and operation <> '${executionTimeout}') and not exists
      (select 1 from lambda_operations where execution = e.id and json_extract(body, '$.status') = 'STARTED'
        and json_extract(body, '$.type') in ('CALLBACK', 'CHAINED_INVOKE'))`,
  },
  {
    says: 'has closed and still has timers',
    finds: `select distinct execution as what from lambda_timers join lambda_executions on id = execution where status <> 'RUNNING'`,
  },
  {
    says: 'has closed and its history has no end',
    finds: `select id as what from lambda_executions as e where status <> 'RUNNING' and (select json_extract(body, '$.EventType')
      from lambda_events where execution = e.id order by id desc limit 1) not like 'Execution%'`,
  },
];

/** What is wrong with the executions of a store, one sentence each; of many of a kind the first few. */
export function executionProblems(db: DatabaseSync): string[] {
  const most = 5;
  return impossible.flatMap(({ says, finds }) => {
    const found = db
      .prepare(finds)
      .all()
      .map((row) => String(row['what']));
    const shown = found.slice(0, most).map((what) => `execution ${what} ${says}`);
    const more = found.length - shown.length;
    return more > 0 ? [...shown, `${more} more: ${says}`] : shown;
  });
}
