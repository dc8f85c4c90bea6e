import { join } from 'node:path';
import { type AwsCredentials, Credentials } from '../../src/local/iam/credentials.ts';
import { openUsers } from '../../src/local/iam/users.ts';
import { loadSecret } from '../../src/local/runtime/project-credentials.ts';
import { storeFile } from '../../src/local/runtime/state-file.ts';
import { openStore } from '../../src/local/store/store.ts';

/** Creates users with these policies in a runtime that does not run. Returns a function that returns the credentials of a user. */
export async function createUsers(
  directory: string,
  policies: Readonly<Record<string, readonly object[]>>,
): Promise<(name: string) => AwsCredentials> {
  const secret = loadSecret(directory);
  const store = openStore(join(directory, storeFile), {});
  const users = openUsers(store);
  for (const [name, documents] of Object.entries(policies)) users.put(name, documents);
  await store.committed();
  store.close();
  const credentials = new Credentials({ secret, directory });
  return (name) => credentials.forUser(name);
}
