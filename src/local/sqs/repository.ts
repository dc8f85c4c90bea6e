import { randomUUID } from 'node:crypto';
import type { Store } from '../store/store.ts';
import { createReceipt } from './receipts.ts';

export type Attributes = Readonly<Record<string, string>>;

/** A message attribute in the format of the SQS API. */
export interface MessageAttribute {
  readonly DataType?: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
  readonly StringListValues?: readonly string[];
  readonly BinaryListValues?: readonly string[];
}

export interface NewMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** The message can be received from this time on (wall clock, epoch ms). */
  readonly visibleAt: number;
}

export interface Message {
  readonly seq: number;
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** Epoch ms. */
  readonly sent: number;
  /** Number of times that the message was received. */
  readonly received: number;
  /** Time of the first receive (epoch ms). */
  readonly first: number;
  /** Handle of the latest receive. */
  readonly receipt: string;
}

/** Stores queues and their messages. */
export class QueueRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(`
      create table if not exists sqs_queues (name text primary key, created real not null, attributes text not null)
        without rowid;
      create table if not exists sqs_messages (
        seq integer primary key autoincrement, id text not null, queue text not null, body text not null,
        attributes text not null, sent real not null, visible real not null, received integer not null default 0,
        first real not null default 0, receipt text not null default '');
      create index if not exists sqs_messages_by_visibility on sqs_messages (queue, visible)`);
  }

  find(name: string): { created: number; attributes: Attributes } | undefined {
    const row = this.#store.sql('select * from sqs_queues where name = ?').get(name);
    return row && { created: Number(row['created']), attributes: parse(row['attributes']) };
  }

  listNames(prefix: string): string[] {
    const rows = this.#store.sql('select name from sqs_queues order by name').all();
    return rows.map(({ name }) => String(name)).filter((name) => name.startsWith(prefix));
  }

  put(name: string, attributes: Attributes): void {
    const created = this.find(name)?.created ?? Date.now();
    this.#store.transact(() =>
      this.#store
        .sql('insert or replace into sqs_queues (name, created, attributes) values (?, ?, ?)')
        .run(name, created, JSON.stringify(attributes)),
    );
  }

  remove(name: string): void {
    this.#store.transact(() => {
      this.purge(name);
      this.#store.sql('delete from sqs_queues where name = ?').run(name);
    });
  }

  purge(name: string): void {
    this.#store.transact(() =>
      this.#store.sql('delete from sqs_messages where queue = ?').run(name),
    );
  }

  /** Adds a message and returns its id. */
  add(queue: string, { body, attributes, visibleAt }: NewMessage): string {
    const id = randomUUID();
    const text =
      'insert into sqs_messages (id, queue, body, attributes, sent, visible) values (?, ?, ?, ?, ?, ?)';
    this.#store.transact(() =>
      this.#store.sql(text).run(id, queue, body, JSON.stringify(attributes), Date.now(), visibleAt),
    );
    return id;
  }

  /** Returns visible messages, oldest first, and hides them until `hiddenUntil` (epoch ms). */
  receive(queue: string, limit: number, hiddenUntil: number): Message[] {
    const now = Date.now();
    return this.#store.transact(() => {
      const rows = this.#store
        .sql('select * from sqs_messages where queue = ? and visible <= ? order by seq limit ?')
        .all(queue, now, limit);
      return rows.map((row) => {
        const receipt = createReceipt(queue);
        const received = Number(row['received']) + 1;
        const first = Number(row['first']) || now;
        this.#store
          .sql(
            'update sqs_messages set visible = ?, received = ?, first = ?, receipt = ? where seq = ?',
          )
          .run(hiddenUntil, received, first, receipt, Number(row['seq']));
        const attributes = parse<MessageAttribute>(row['attributes']);
        return { ...(row as unknown as Message), attributes, received, first, receipt };
      });
    });
  }

  /** Returns the message with a receipt handle; undefined if the message was deleted or received again. */
  findByReceipt(queue: string, receipt: string): { seq: number; visible: number } | undefined {
    const row = this.#store
      .sql('select seq, visible from sqs_messages where queue = ? and receipt = ?')
      .get(queue, receipt);
    return row && { seq: Number(row['seq']), visible: Number(row['visible']) };
  }

  hide(seq: number, until: number): void {
    this.#store.transact(() =>
      this.#store.sql('update sqs_messages set visible = ? where seq = ?').run(until, seq),
    );
  }

  delete(seq: number): void {
    this.#store.transact(() => this.#store.sql('delete from sqs_messages where seq = ?').run(seq));
  }

  removeSentBefore(queue: string, time: number): void {
    this.#store.transact(() =>
      this.#store.sql('delete from sqs_messages where queue = ? and sent < ?').run(queue, time),
    );
  }

  /** Returns the number of messages that can be received, that are delayed, and that are in flight. A delayed one was never received. */
  countMessages(queue: string): { visible: number; delayed: number; inFlight: number } {
    const row = this.#store
      .sql(
        'select coalesce(sum(visible <= ?1), 0) as v, coalesce(sum(visible > ?1 and received = 0), 0) as d, ' +
          'coalesce(sum(visible > ?1 and received > 0), 0) as f from sqs_messages where queue = ?2',
      )
      .get(Date.now(), queue);
    return {
      visible: Number(row?.['v']),
      delayed: Number(row?.['d']),
      inFlight: Number(row?.['f']),
    };
  }
}

function parse<T = string>(text: unknown): Readonly<Record<string, T>> {
  return JSON.parse(String(text)) as Record<string, T>;
}
