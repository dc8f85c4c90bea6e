import { randomUUID } from 'node:crypto';
import type { BusEvent, Events, Functions, Queues, RuleSettings } from '../service-interfaces.ts';
import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import { account, partition } from '../wire/http.ts';
import { type Delivery, Outbox } from './outbox.ts';
import { matches } from './pattern.ts';

/** EventBridge's default bus: rules with functions as their targets. */
export function createEvents({
  store,
  region,
  queues,
}: {
  store: Store;
  region: string;
  /** Where events go that no target took. */
  queues?: Pick<Queues, 'send'>;
}): Events {
  store.schema(
    'create table if not exists event_rules (name text primary key, body text not null) without rowid',
  );
  const outbox = new Outbox(store);
  const put = 'insert or replace into event_rules (name, body) values (?, ?)';
  /** Hands an event over to the dead-letter queue of its target; without one it is lost, as on AWS. */
  function bury({ target, event }: Delivery, { name, message }: AwsError): void {
    process.stderr.write(`An event for ${target} was refused: ${name}: ${message}\n`);
    const rule = rulesIn(store).find(({ deadLetters }) => deadLetters?.[target] !== undefined);
    if (!rule) return;
    const arn = `arn:${partition}:events:${region}:${account}:rule/${rule.name}`;
    const attributes = {
      RULE_ARN: arn,
      TARGET_ARN: target,
      ERROR_CODE: name,
      ERROR_MESSAGE: message,
    };
    queues?.send(rule.deadLetters?.[target] ?? '', { body: event, attributes });
  }

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
    start: (functions) =>
      outbox.start(async (delivery) => {
        const refusal = await invoke(functions, delivery);
        if (refusal) bury(delivery, refusal);
      }),
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

/**
 * Invokes the target with the event, asynchronously as EventBridge does. Answers what Lambda refuses now and for ever;
 * throws what is worth another try.
 */
async function invoke(
  functions: Functions,
  { target, event }: Delivery,
): Promise<AwsError | undefined> {
  const [, functionName = '', qualifier] = /:function:([^:]+)(?::(.+))?$/.exec(target) ?? [];
  try {
    await functions.invoke({
      functionName,
      ...(qualifier ? { qualifier } : {}),
      payload: Buffer.from(event),
      type: 'Event',
    });
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}
