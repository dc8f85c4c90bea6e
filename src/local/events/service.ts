import { randomUUID } from 'node:crypto';
import type { BusEvent, Events, Functions, RuleSettings } from '../services.ts';
import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import { account } from '../wire/http.ts';
import { matches } from './pattern.ts';

interface Delivery {
  readonly id: number;
  readonly target: string;
  readonly event: string;
}

/** A target that cannot be reached is tried again after so long, ms. EventBridge goes on for a day. */
const retryMs = 5_000;

/**
 * EventBridge's default bus: rules with functions as their targets. What an event has to reach is written in the
 * transaction that the event is part of, and stays there until it was delivered: at least once, also across a restart.
 */
export function createEvents({ store, region }: { store: Store; region: string }): Events {
  store.schema(`
    create table if not exists event_rules (name text primary key, body text not null) without rowid;
    create table if not exists event_deliveries (
      id integer primary key autoincrement, target text not null, event text not null);
  `);
  let functions: Functions | undefined;
  let retry: NodeJS.Timeout | undefined;
  let delivering = false;

  function rules(): RuleSettings[] {
    return store
      .sql('select body from event_rules order by name')
      .all()
      .map((row) => JSON.parse(String(row['body'])) as RuleSettings);
  }

  function emit(event: BusEvent): void {
    const targets = rules()
      .filter(({ pattern }) => matches(pattern, event))
      .flatMap((rule) => rule.targets);
    if (targets.length === 0) return;
    const time = new Date().toISOString().replace(/\.\d+/, '');
    const whole = JSON.stringify({
      version: '0',
      id: randomUUID(),
      account,
      time,
      region,
      ...event,
    });
    store.transact(() => {
      for (const target of targets) {
        store.sql('insert into event_deliveries (target, event) values (?, ?)').run(target, whole);
      }
    });
    void store.committed().then(deliver, () => undefined);
  }

  async function deliver(): Promise<void> {
    if (delivering || !functions) return;
    delivering = true;
    clearTimeout(retry);
    try {
      for (let next = waiting(); next && functions; next = waiting()) {
        const done = await handOver(functions, next);
        if (!done) {
          retry = setTimeout(() => void deliver(), retryMs);
          retry.unref();
          return;
        }
        const { id } = next;
        store.transact(() => store.sql('delete from event_deliveries where id = ?').run(id));
        await store.committed();
      }
    } finally {
      delivering = false;
    }
  }

  function waiting(): Delivery | undefined {
    return store.sql('select * from event_deliveries order by id limit 1').get() as
      | Delivery
      | undefined;
  }

  return {
    putRule: (rule) =>
      void store.transact(() =>
        store
          .sql('insert or replace into event_rules (name, body) values (?, ?)')
          .run(rule.name, JSON.stringify(rule)),
      ),
    removeRule: (name) =>
      void store.transact(() => store.sql('delete from event_rules where name = ?').run(name)),
    emit,
    start(target) {
      functions = target;
      void deliver();
    },
    close() {
      functions = undefined;
      clearTimeout(retry);
    },
  };
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
