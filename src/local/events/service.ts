import { randomUUID } from 'node:crypto';
import { account, partition } from '../shared/account.ts';
import type {
  BusEvent,
  Events,
  Functions,
  RuleSettings,
  Sqs,
} from '../shared/service-interfaces.ts';
import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import { type Delivery, Outbox } from './outbox.ts';
import { matchesPattern } from './pattern.ts';

/** Creates EventBridge's default bus. The targets of its rules are functions. */
export function createEvents({
  store,
  region,
  sqs,
}: {
  store: Store;
  region: string;
  /** Queues for events that a target refused. */
  sqs?: Pick<Sqs, 'send'>;
}): Events {
  store.schema(
    'create table if not exists event_rules (name text primary key, body text not null) without rowid',
  );
  const outbox = new Outbox(store);
  const insertRule = 'insert or replace into event_rules (name, body) values (?, ?)';
  /** Sends an event to the dead-letter queue of its target. Without a queue the event is lost, as on AWS. */
  function sendToDeadLetterQueue({ target, event }: Delivery, { name, message }: AwsError): void {
    process.stderr.write(`An event for ${target} was refused: ${name}: ${message}\n`);
    const rule = readRules(store).find(({ deadLetters }) => deadLetters?.[target] !== undefined);
    if (!rule) return;
    const arn = `arn:${partition}:events:${region}:${account}:rule/${rule.name}`;
    const attributes = {
      RULE_ARN: arn,
      TARGET_ARN: target,
      ERROR_CODE: name,
      ERROR_MESSAGE: message,
    };
    sqs?.send(rule.deadLetters?.[target] ?? '', { body: event, attributes });
  }

  return {
    putRule: (rule) =>
      void store.transact(() => store.sql(insertRule).run(rule.name, JSON.stringify(rule))),
    removeRule: (name) =>
      void store.transact(() => store.sql('delete from event_rules where name = ?').run(name)),
    emit(event) {
      const targets = readRules(store)
        .filter(({ pattern }) => matchesPattern(pattern, event))
        .flatMap((rule) => rule.targets);
      if (targets.length > 0) outbox.add(targets, toEnvelope(event, region));
    },
    start: (functions) =>
      outbox.deliverWith(async (delivery) => {
        const refusal = await invoke(functions, delivery);
        if (refusal) sendToDeadLetterQueue(delivery, refusal);
      }),
    close: () => outbox.close(),
  };
}

function readRules(store: Store): RuleSettings[] {
  const rows = store.sql('select body from event_rules order by name').all();
  return rows.map((row) => JSON.parse(String(row['body'])) as RuleSettings);
}

/** Returns an event as JSON. https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
function toEnvelope(event: BusEvent, region: string): string {
  const time = new Date().toISOString().replace(/\.\d+/, '');
  return JSON.stringify({ version: '0', id: randomUUID(), account, time, region, ...event });
}

/**
 * Invokes the target with the event, asynchronously like EventBridge. Returns Lambda's error if it refuses the event permanently;
 * throws any other error, after which the delivery is retried.
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
