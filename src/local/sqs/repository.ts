import { randomUUID } from 'node:crypto';
import type { Store } from '../store/store.ts';

export type Attributes = Readonly<Record<string, string>>;

/** A message attribute as it goes over the wire. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}

export interface NewMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** Wall clock, epoch ms, from when it may be received. */
  readonly visibleAt: number;
}

export interface Message {
  readonly seq: number;
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** Epoch ms. */
  readonly sent: number;
  readonly received: number;
  readonly first: number;
  /** Of the receive that it was last handed out by. */
  readonly receipt: string;
}

/** Queues and their messages as rows. */
export class QueueRows {
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

  names(prefix: string): string[] {
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

  /** Answers the message's id. */
  add(queue: string, { body, attributes, visibleAt }: NewMessage): string {
    const id = randomUUID();
    const text =
      'insert into sqs_messages (id, queue, body, attributes, sent, visible) values (?, ?, ?, ?, ?, ?)';
    this.#store.transact(() =>
      this.#store.sql(text).run(id, queue, body, JSON.stringify(attributes), Date.now(), visibleAt),
    );
    return id;
  }

  /** Hands out messages that can be seen, the oldest first, and hides them until `hiddenUntil`. */
  take(queue: string, limit: number, hiddenUntil: number): Message[] {
    const now = Date.now();
    return this.#store.transact(() => {
      const rows = this.#store
        .sql('select * from sqs_messages where queue = ? and visible <= ? order by seq limit ?')
        .all(queue, now, limit);
      return rows.map((row) => {
        const receipt = randomUUID();
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

  /** The message that a receipt is of; undefined when it is gone, or was received again since. */
  ofReceipt(queue: string, receipt: string): number | undefined {
    const row = this.#store
      .sql('select seq from sqs_messages where queue = ? and receipt = ?')
      .get(queue, receipt);
    return row && Number(row['seq']);
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

  /** How many can be received, and how many are hidden. */
  count(queue: string): { visible: number; hidden: number } {
    const row = this.#store
      .sql(
        'select count(*) as n, coalesce(sum(visible <= ?), 0) as v from sqs_messages where queue = ?',
      )
      .get(Date.now(), queue);
    const visible = Number(row?.['v']);
    return { visible, hidden: Number(row?.['n']) - visible };
  }
}

function parse<T = string>(text: unknown): Readonly<Record<string, T>> {
  return JSON.parse(String(text)) as Record<string, T>;
}
