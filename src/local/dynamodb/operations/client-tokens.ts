import { createHash } from 'node:crypto';
import type { Store } from '../../store/store.ts';
import { AwsError } from '../../wire/aws-error.ts';

/** DynamoDB accepts a client request token as a repetition for ten minutes. */
const tokenRetentionMs = 10 * 60 * 1000;

/** Creates the SQL table for the tokens of written transactions. */
export function createTokenTable(store: Store): void {
  store.schema(`
    create table if not exists ddb_tokens (
      token text primary key, digest text not null, at integer not null) without rowid;
    create index if not exists ddb_tokens_at on ddb_tokens (at)`);
}

/**
 * Stores the token of a transaction and reports whether the same transaction was already written with it: a client that did
 * not receive the response sends the request again. A cancelled transaction rolls the token back. Throws
 * IdempotentParameterMismatchException if the token belongs to another transaction.
 */
export function isRepeatedToken(store: Store, token: string, content: unknown): boolean {
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('base64');
  const now = Date.now();
  store.sql('delete from ddb_tokens where at < ?').run(now - tokenRetentionMs);
  const known = store.sql('select digest from ddb_tokens where token = ?').get(token);
  if (!known) {
    store.sql('insert into ddb_tokens values (?, ?, ?)').run(token, digest, now);
    return false;
  }
  if (known['digest'] === digest) return true;
  throw new AwsError(
    'IdempotentParameterMismatchException',
    'The request uses the same client token as a previous, but non-identical request',
  );
}
