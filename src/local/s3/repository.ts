import { createHash, randomUUID } from 'node:crypto';
import type { Store } from '../store/store.ts';

export interface Bucket {
  readonly name: string;
  readonly created: number;
  readonly versioned: number;
}

export interface StoredObject {
  readonly seq: number;
  readonly key: string;
  readonly version: string;
  /** 1 for a delete marker. */
  readonly marker: number;
  readonly etag: string;
  readonly size: number;
  readonly modified: number;
  /** The content type and the metadata, as headers. */
  readonly headers: string;
}

const tables = `
  create table if not exists s3_buckets (
    name text primary key, created integer not null, versioned integer not null default 0);
  create table if not exists s3_objects (
    seq integer primary key autoincrement, bucket text not null, key text not null, version text not null,
    marker integer not null, etag text not null, size integer not null, modified integer not null,
    headers text not null, body blob not null);
  create index if not exists s3_objects_by_key on s3_objects (bucket, key, seq);
`;

const columns = 'seq, key, version, marker, etag, size, modified, headers';

/** Buckets and the versions of their objects in the store. */
export class ObjectRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(tables);
  }

  bucket(name: string): Bucket | undefined {
    return this.#store.sql('select * from s3_buckets where name = ?').get(name) as
      | Bucket
      | undefined;
  }

  createBucket(name: string): void {
    this.#store.transact(() =>
      this.#store
        .sql('insert into s3_buckets (name, created) values (?, ?) on conflict do nothing')
        .run(name, Date.now()),
    );
  }

  deleteBucket(name: string): void {
    this.#store.transact(() => this.#store.sql('delete from s3_buckets where name = ?').run(name));
  }

  setVersioned(name: string, versioned: boolean): void {
    this.#store.transact(() =>
      this.#store
        .sql('update s3_buckets set versioned = ? where name = ?')
        .run(versioned ? 1 : 0, name),
    );
  }

  put(bucket: Bucket, key: string, content: { body: Buffer; headers: string }): StoredObject {
    const etag = createHash('md5').update(content.body).digest('hex');
    return this.#add(bucket, key, { marker: 0, etag, ...content });
  }

  /** The newest version of every key that starts with `prefix`, delete markers left out, in the order of keys. */
  list(bucket: string, prefix: string): StoredObject[] {
    return this.versions(bucket, prefix).filter((each) => each.latest && each.marker === 0);
  }

  /** Every version, by key and newest first. */
  versions(bucket: string, prefix: string): (StoredObject & { readonly latest: boolean })[] {
    const rows = this.#store
      .sql(`select ${columns} from s3_objects where bucket = ? order by key, seq desc`)
      .all(bucket) as unknown as StoredObject[];
    return rows
      .map((row, index) => ({ ...row, latest: rows[index - 1]?.key !== row.key }))
      .filter((row) => row.key.startsWith(prefix));
  }

  /** One version, or the newest; undefined when there is none. A delete marker is answered as such. */
  find(bucket: string, key: string, version?: string): StoredObject | undefined {
    return this.#store
      .sql(
        `select ${columns} from s3_objects where bucket = ?1 and key = ?2 and (?3 is null or version = ?3) ` +
          'order by seq desc limit 1',
      )
      .get(bucket, key, version ?? null) as StoredObject | undefined;
  }

  body({ seq }: StoredObject): Buffer {
    const row = this.#store.sql('select body from s3_objects where seq = ?').get(seq) as {
      body: Uint8Array;
    };
    return Buffer.from(row.body);
  }

  /** Deletes one version for good; without one, hides the object behind a marker where the bucket is versioned. */
  remove(bucket: Bucket, key: string, version?: string): StoredObject | undefined {
    return this.#store.transact(() => {
      if (version === undefined && bucket.versioned) {
        return this.#add(bucket, key, {
          marker: 1,
          etag: '',
          body: Buffer.alloc(0),
          headers: '{}',
        });
      }
      const found = this.find(bucket.name, key, version);
      if (found) this.#store.sql('delete from s3_objects where seq = ?').run(found.seq);
      return found;
    });
  }

  isEmpty(bucket: string): boolean {
    return !this.#store.sql('select 1 from s3_objects where bucket = ? limit 1').get(bucket);
  }

  #add(
    bucket: Bucket,
    key: string,
    content: { marker: number; etag: string; body: Buffer; headers: string },
  ): StoredObject {
    const { marker, etag, body, headers } = content;
    const version = bucket.versioned ? randomUUID().replaceAll('-', '') : 'null';
    const modified = Math.floor(Date.now() / 1000) * 1000;
    return this.#store.transact(() => {
      if (!bucket.versioned) {
        this.#store
          .sql("delete from s3_objects where bucket = ? and key = ? and version = 'null'")
          .run(bucket.name, key);
      }
      const { lastInsertRowid } = this.#store
        .sql(
          'insert into s3_objects (bucket, key, version, marker, etag, size, modified, headers, body) ' +
            'values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        )
        .run(bucket.name, key, version, marker, etag, body.length, modified, headers, body);
      return {
        seq: Number(lastInsertRowid),
        key,
        version,
        marker,
        etag,
        size: body.length,
        modified,
        headers,
      };
    });
  }
}
