import { createHash } from 'node:crypto';
import type { Store } from '../../store/store.ts';
import { AwsError } from '../../wire/aws-error.ts';

/** As long as DynamoDB remembers a client request token, in ms. */
const remembered = 10 * 60 * 1000;

/** Creates the table of the tokens of transactions that were written. */
export function tokenSchema(store: Store): void {
  store.schema(`
    create table if not exists ddb_tokens (
      token text primary key, digest text not null, at integer not null) without rowid;
    create index if not exists ddb_tokens_at on ddb_tokens (at)`);
}

/**
 * Notes the token of a transaction, and answers whether the same transaction was written under it before: a client
 * that lost the answer asks again, and must not add twice. Undone with the transaction when that is cancelled.
 */
export function repeated(store: Store, token: string, content: unknown): boolean {
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('base64');
  const now = Date.now();
  store.sql('delete from ddb_tokens where at < ?').run(now - remembered);
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
