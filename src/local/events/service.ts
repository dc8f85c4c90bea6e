import { randomUUID } from 'node:crypto';
import type { BusEvent, Events, Functions, RuleSettings } from '../services.ts';
import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import { account } from '../wire/http.ts';
import { type Delivery, Outbox } from './outbox.ts';
import { matches } from './pattern.ts';

/** EventBridge's default bus: rules with functions as their targets. */
export function createEvents({ store, region }: { store: Store; region: string }): Events {
  store.schema(
    'create table if not exists event_rules (name text primary key, body text not null) without rowid',
  );
  const outbox = new Outbox(store);
  const put = 'insert or replace into event_rules (name, body) values (?, ?)';
  return {
    putRule: (rule) =>
      void store.transact(() => store.sql(put).run(rule.name, JSON.stringify(rule))),
    removeRule: (name) =>
      void store.transact(() => store.sql('delete from event_rules where name = ?').run(name)),
    emit(event) {
      const targets = rulesIn(store)
        .filter(({ pattern }) => matches(pattern, event))
        .flatMap((rule) => rule.targets);
      if (targets.length > 0) outbox.add(targets, envelope(event, region));
    },
    start: (functions) => outbox.start((delivery) => handOver(functions, delivery)),
    close: () => outbox.close(),
  };
}

function rulesIn(store: Store): RuleSettings[] {
  const rows = store.sql('select body from event_rules order by name').all();
  return rows.map((row) => JSON.parse(String(row['body'])) as RuleSettings);
}

/** https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
function envelope(event: BusEvent, region: string): string {
  const time = new Date().toISOString().replace(/\.\d+/, '');
  return JSON.stringify({ version: '0', id: randomUUID(), account, time, region, ...event });
}

/** Invokes the target with the event, asynchronously as EventBridge does; false when that is worth another try. */
async function handOver(functions: Functions, { target, event }: Delivery): Promise<boolean> {
  const [, functionName = '', qualifier] = /:function:([^:]+)(?::(.+))?$/.exec(target) ?? [];
  try {
    await functions.invoke({
      functionName,
      ...(qualifier ? { qualifier } : {}),
      payload: Buffer.from(event),
      type: 'Event',
    });
    return true;
  } catch (error) {
    // What Lambda refuses now it refuses for ever; EventBridge would hand it to a dead-letter queue.
    if (!(error instanceof AwsError)) return false;
    process.stderr.write(`An event for ${target} was refused: ${error.name}: ${error.message}\n`);
    return true;
  }
}
