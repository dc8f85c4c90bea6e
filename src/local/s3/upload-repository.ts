import { createHash, randomBytes } from 'node:crypto';
import type { Store } from '../store/store.ts';
import type { Algorithm, Checksum } from './checksums.ts';

/** A multipart upload that was neither completed nor aborted. */
export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** Headers that are stored with the object (JSON). */
  readonly headers: string;
  /** Epoch ms. */
  readonly created: number;
  /** Checksum algorithm of the parts, or null. */
  readonly algorithm: Algorithm | null;
  readonly checksumType: 'COMPOSITE' | 'FULL_OBJECT' | null;
}

export interface Part {
  readonly number: number;
  readonly etag: string;
  readonly size: number;
  /** Epoch ms. */
  readonly modified: number;
  readonly algorithm: Algorithm | null;
  /** Base64. */
  readonly checksum: string | null;
}

const schema = `
  create table if not exists s3_uploads (
    id text primary key, bucket text not null, key text not null, headers text not null, created integer not null,
    algorithm text, checksumType text) without rowid;
  create table if not exists s3_parts (
    upload text not null, number integer not null, etag text not null, size integer not null, modified integer not null,
    algorithm text, checksum text, body blob not null, primary key (upload, number));
`;

/** Stores multipart uploads and their parts. */
export class UploadRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(schema);
  }

  /** Adds an upload and returns its id. */
  add(upload: Omit<Upload, 'id' | 'created'>): string {
    const id = randomBytes(32).toString('base64url');
    const { bucket, key, headers, algorithm, checksumType } = upload;
    const text =
      'insert into s3_uploads (id, bucket, key, headers, created, algorithm, checksumType) values (?, ?, ?, ?, ?, ?, ?)';
    this.#store.transact(() =>
      this.#store.sql(text).run(id, bucket, key, headers, Date.now(), algorithm, checksumType),
    );
    return id;
  }

  find(target: { bucket: string; key: string; id: string }): Upload | undefined {
    const text = 'select * from s3_uploads where id = ? and bucket = ? and key = ?';
    const row = this.#store.sql(text).get(target.id, target.bucket, target.key);
    return row as unknown as Upload | undefined;
  }

  /** Returns the uploads of a bucket, sorted by key and id. */
  list(bucket: string): Upload[] {
    const text = 'select * from s3_uploads where bucket = ? order by key, id';
    return this.#store.sql(text).all(bucket) as unknown as Upload[];
  }

  /** Adds or replaces a part. */
  putPart(
    upload: string,
    number: number,
    { body, checksum }: { body: Buffer; checksum: Checksum | undefined },
  ): Part {
    const etag = createHash('md5').update(body).digest('hex');
    const part: Part = {
      number,
      etag,
      size: body.length,
      modified: Math.floor(Date.now() / 1000) * 1000,
      algorithm: checksum?.algorithm ?? null,
      checksum: checksum?.value ?? null,
    };
    const text =
      'insert or replace into s3_parts (upload, number, etag, size, modified, algorithm, checksum, body) values (?, ?, ?, ?, ?, ?, ?, ?)';
    this.#store.transact(() =>
      this.#store
        .sql(text)
        .run(upload, number, etag, part.size, part.modified, part.algorithm, part.checksum, body),
    );
    return part;
  }

  /** Returns the parts of an upload, sorted by number. */
  listParts(upload: string): Part[] {
    const text =
      'select number, etag, size, modified, algorithm, checksum from s3_parts where upload = ? order by number';
    return this.#store.sql(text).all(upload) as unknown as Part[];
  }

  readBody(upload: string, number: number): Buffer {
    const text = 'select body from s3_parts where upload = ? and number = ?';
    const row = this.#store.sql(text).get(upload, number) as { body: Uint8Array };
    return Buffer.from(row.body.buffer, row.body.byteOffset, row.body.byteLength);
  }

  remove(id: string): void {
    this.#store.transact(() => {
      this.#store.sql('delete from s3_parts where upload = ?').run(id);
      this.#store.sql('delete from s3_uploads where id = ?').run(id);
    });
  }
}
