import { randomUUID } from 'node:crypto';
import type { Authorizer } from '../iam/authorizer.ts';
import { createIam } from '../iam/iam.ts';
import type { Permission } from '../iam/permission.ts';
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
  iam = createIam({ store, enforced: false }),
}: {
  store: Store;
  region: string;
  /** Queues for events that a target refused. */
  sqs?: Pick<Sqs, 'send'>;
  /** Policies that let rules invoke functions and send messages. Without them, every rule may. */
  iam?: Authorizer;
}): Events {
  store.schema(
    'create table if not exists event_rules (name text primary key, body text not null) without rowid',
  );
  const outbox = new Outbox(store);
  const insertRule = 'insert or replace into event_rules (name, body) values (?, ?)';
  const formatArn = (rule: string) => `arn:${partition}:events:${region}:${account}:rule/${rule}`;

  /** Returns the refusal if the policy of a resource does not let a rule do something; undefined if it may. */
  function findDenial(rule: string, permission: Permission): AwsError | undefined {
    const service = {
      kind: 'service',
      service: 'events.amazonaws.com',
      sourceArn: formatArn(rule),
    } as const;
    const decision = iam.authorize(service, permission);
    return decision.allowed ? undefined : new AwsError('NO_PERMISSIONS', decision.message);
  }

  /**
   * Sends an event to the dead-letter queue of its target. Without a queue, or without its permission, the event is lost, as on AWS.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
   */
  function sendToDeadLetterQueue({ rule: name, target, event }: Delivery, refusal: AwsError): void {
    const { name: code, message } = refusal;
    process.stderr.write(`An event for ${target} was refused: ${code}: ${message}\n`);
    const queue = readRules(store).find((rule) => rule.name === name)?.deadLetters?.[target];
    if (queue === undefined) return;
    const denial = findDenial(name, { action: 'sqs:SendMessage', resource: queue });
    if (denial) {
      process.stderr.write(`${denial.message}\n`);
      return;
    }
    const attributes = {
      RULE_ARN: formatArn(name),
      TARGET_ARN: target,
      ERROR_CODE: code,
      ERROR_MESSAGE: message,
    };
    sqs?.send(queue, { body: event, attributes });
  }

  return {
    putRule: (rule) =>
      void store.transact(() => store.sql(insertRule).run(rule.name, JSON.stringify(rule))),
    removeRule: (name) =>
      void store.transact(() => store.sql('delete from event_rules where name = ?').run(name)),
    emit(event) {
      const deliveries = readRules(store)
        .filter(({ pattern }) => matchesPattern(pattern, event))
        .flatMap(({ name, targets }) => targets.map((target) => ({ rule: name, target })));
      if (deliveries.length > 0) outbox.add(deliveries, toEnvelope(event, region));
    },
    start: (functions) =>
      outbox.deliverWith(async (delivery) => {
        const { rule, target } = delivery;
        const permission = { action: 'lambda:InvokeFunction', resource: target };
        const refusal = findDenial(rule, permission) ?? (await invoke(functions, delivery));
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
