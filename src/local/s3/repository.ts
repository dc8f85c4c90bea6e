import { createHash, randomUUID } from 'node:crypto';
import type { Store } from '../store/store.ts';

export interface Bucket {
  readonly name: string;
  readonly created: number;
  /** 0: never versioned, 1: enabled, 2: suspended. */
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
  /** Epoch ms, whole seconds. */
  readonly modified: number;
  /** The system metadata, the user metadata and the checksum as headers (JSON). */
  readonly headers: string;
}

/** Content of a new object. */
export interface NewObject {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** The MD5 digest of the body (hex) by default. */
  readonly etag?: string;
}

const schema = `
  create table if not exists s3_buckets (
    name text primary key, created integer not null, versioned integer not null default 0);
  create table if not exists s3_objects (
    seq integer primary key autoincrement, bucket text not null, key text not null, version text not null,
    marker integer not null, etag text not null, size integer not null, modified integer not null,
    headers text not null, body blob not null);
  create index if not exists s3_objects_by_key on s3_objects (bucket, key, seq);
  create table if not exists s3_bucket_settings (
    bucket text not null, name text not null, document text not null, primary key (bucket, name)) without rowid;
`;

const columns = 'seq, key, version, marker, etag, size, modified, headers';

/** Stores buckets, their settings and the versions of their objects. */
export class ObjectRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(schema);
  }

  findBucket(name: string): Bucket | undefined {
    return this.#store.sql('select * from s3_buckets where name = ?').get(name) as
      | Bucket
      | undefined;
  }

  listBuckets(): Bucket[] {
    return this.#store.sql('select * from s3_buckets order by name').all() as unknown as Bucket[];
  }

  createBucket(name: string): void {
    this.#store.transact(() =>
      this.#store
        .sql('insert into s3_buckets (name, created) values (?, ?) on conflict do nothing')
        .run(name, Date.now()),
    );
  }

  deleteBucket(name: string): void {
    this.#store.transact(() => {
      this.#store.sql('delete from s3_bucket_settings where bucket = ?').run(name);
      this.#store.sql('delete from s3_buckets where name = ?').run(name);
    });
  }

  /** Enables or suspends versioning. A bucket that was never versioned cannot be suspended: it stays as it is. */
  setVersioned(name: string, versioned: boolean): void {
    this.#store.transact(() =>
      this.#store
        .sql(
          'update s3_buckets set versioned = case when ?1 then 1 when versioned = 0 then 0 else 2 end where name = ?2',
        )
        .run(versioned ? 1 : 0, name),
    );
  }

  findSetting(bucket: string, name: string): string | undefined {
    const text = 'select document from s3_bucket_settings where bucket = ? and name = ?';
    const row = this.#store.sql(text).get(bucket, name);
    return row && String(row['document']);
  }

  putSetting(bucket: string, name: string, document: string): void {
    const text =
      'insert or replace into s3_bucket_settings (bucket, name, document) values (?, ?, ?)';
    this.#store.transact(() => this.#store.sql(text).run(bucket, name, document));
  }

  removeSetting(bucket: string, name: string): void {
    const text = 'delete from s3_bucket_settings where bucket = ? and name = ?';
    this.#store.transact(() => this.#store.sql(text).run(bucket, name));
  }

  putObject(bucket: Bucket, key: string, content: NewObject): StoredObject {
    const etag = content.etag ?? createHash('md5').update(content.body).digest('hex');
    return this.#add(bucket, key, { marker: 0, ...content, etag });
  }

  /** Returns the newest version of every key that starts with `prefix`, in key order. Deleted objects are omitted. */
  listObjects(bucket: string, prefix: string): StoredObject[] {
    return this.listVersions(bucket, prefix).filter(({ latest, marker }) => latest && marker === 0);
  }

  /** Returns every version and delete marker, sorted by key, newest first. */
  listVersions(bucket: string, prefix: string): (StoredObject & { readonly latest: boolean })[] {
    const rows = this.#store
      .sql(`select ${columns} from s3_objects where bucket = ? order by key, seq desc`)
      .all(bucket) as unknown as StoredObject[];
    return rows
      .map((row, index) => ({ ...row, latest: rows[index - 1]?.key !== row.key }))
      .filter((row) => row.key.startsWith(prefix));
  }

  /** Returns one version, by default the newest; undefined if it does not exist. The result may be a delete marker. */
  findObject(bucket: string, key: string, version?: string): StoredObject | undefined {
    return this.#store
      .sql(
        `select ${columns} from s3_objects where bucket = ?1 and key = ?2 and (?3 is null or version = ?3) ` +
          'order by seq desc limit 1',
      )
      .get(bucket, key, version ?? null) as StoredObject | undefined;
  }

  readBody({ seq }: StoredObject): Buffer {
    const row = this.#store.sql('select body from s3_objects where seq = ?').get(seq) as {
      body: Uint8Array;
    };
    return Buffer.from(row.body.buffer, row.body.byteOffset, row.body.byteLength);
  }

  /**
   * Deletes a version permanently. Without a version, adds a delete marker if the bucket is or was versioned and otherwise
   * deletes the object. Returns the deleted version or the marker.
   */
  removeObject(bucket: Bucket, key: string, version?: string): StoredObject | undefined {
    return this.#store.transact(() => {
      if (version === undefined && bucket.versioned) {
        return this.#add(bucket, key, { marker: 1, etag: '', body: Buffer.alloc(0), headers: {} });
      }
      const object = this.findObject(bucket.name, key, version);
      if (object) this.#store.sql('delete from s3_objects where seq = ?').run(object.seq);
      return object;
    });
  }

  isEmpty(bucket: string): boolean {
    return !this.#store.sql('select 1 from s3_objects where bucket = ? limit 1').get(bucket);
  }

  #add(
    bucket: Bucket,
    key: string,
    content: Required<NewObject> & { readonly marker: number },
  ): StoredObject {
    const { marker, etag, body } = content;
    const headers = JSON.stringify(content.headers);
    const version = bucket.versioned === 1 ? randomUUID().replaceAll('-', '') : 'null';
    const modified = Math.floor(Date.now() / 1000) * 1000;
    return this.#store.transact(() => {
      if (version === 'null') {
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
      const seq = Number(lastInsertRowid);
      return { seq, key, version, marker, etag, size: body.length, modified, headers };
    });
  }
}
