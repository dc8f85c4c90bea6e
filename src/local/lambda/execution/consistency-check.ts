import type { DatabaseSync } from 'node:sqlite';
import { openStatuses } from './store.ts';
import { executionTimeout } from './timer-store.ts';

/** Inconsistencies: a problem, and a query for the executions that have it. */
const checks: readonly { readonly problem: string; readonly query: string }[] = [
  ...['operations', 'events', 'timers'].map((rows) => ({
    problem: `has ${rows} but does not exist`,
    query: `select distinct execution from lambda_${rows} where execution not in (select id from lambda_executions)`,
  })),
  {
    problem: 'has a history with gaps',
    query:
      'select execution from lambda_events group by execution having min(id) <> 1 or max(id) <> count(*)',
  },
  {
    problem: 'is running and cannot time out',
    query: `select id as execution from lambda_executions where status = 'RUNNING' and not exists
      (select 1 from lambda_timers where execution = lambda_executions.id and operation = '${executionTimeout}')`,
  },
  {
    problem: 'is suspended and has nothing that will wake it',
    query: `select id as execution from lambda_executions as e where status = 'RUNNING' and running = 0 and not exists
      (select 1 from lambda_timers where execution = e.id and operation <> '${executionTimeout}') and not exists
      (select 1 from lambda_operations where execution = e.id and json_extract(body, '$.status') = 'STARTED'
        and json_extract(body, '$.type') in ('CALLBACK', 'CHAINED_INVOKE'))`,
  },
  {
    problem: 'has ended and still has timers',
    query: `select distinct execution from lambda_timers join lambda_executions on id = execution where status not in ${openStatuses}`,
  },
  {
    problem: 'has ended and its history has no end',
    query: `select id as execution from lambda_executions as e where status not in ${openStatuses} and (select json_extract(body, '$.EventType')
      from lambda_events where execution = e.id order by id desc limit 1) not like 'Execution%'`,
  },
];

/** Returns the problems of a store's executions as sentences, with a count in place of further problems of one kind. */
export function findExecutionProblems(db: DatabaseSync): string[] {
  const maxShown = 5;
  return checks.flatMap(({ problem, query }) => {
    const found = db
      .prepare(query)
      .all()
      .map((row) => String(row['execution']));
    const shown = found.slice(0, maxShown).map((id) => `execution ${id} ${problem}`);
    const more = found.length - shown.length;
    return more > 0 ? [...shown, `${more} more: ${problem}`] : shown;
  });
}
