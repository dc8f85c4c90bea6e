/** The secret of a project's runtime and the credentials of the project, which are derived from it. */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AwsCredentials, Credentials } from '../iam/credentials.ts';
import { toStoreError } from '../store/store-error.ts';
import { createPrivateDirectory, restrictMode } from './private-directory.ts';

const secretBytes = 32;

const secretPath = (directory: string) => join(directory, 'secret');

/**
 * Returns the secret in a state directory. The process that needs it first creates it: the runtime or a command. Only the owner can
 * read the file and the directory. Throws a StoreError if the secret can be neither read nor created.
 */
export function loadSecret(directory: string): Buffer {
  try {
    createPrivateDirectory(directory);
    return readSecret(directory) ?? createSecret(directory);
  } catch (error) {
    throw toStoreError(error, secretPath(directory));
  }
}

/** Returns the credentials of a project, or undefined if it has no secret that this user can read. Creates no file. */
export function findProjectCredentials(directory: string): AwsCredentials | undefined {
  try {
    const secret = readSecret(directory);
    return secret && new Credentials({ secret, directory }).root();
  } catch {
    return undefined;
  }
}

function readSecret(directory: string): Buffer | undefined {
  const path = secretPath(directory);
  let secret: Buffer;
  try {
    secret = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  restrictMode(path, 0o600);
  if (secret.length !== secretBytes) throw new Error(`${path} is damaged: delete it`);
  return secret;
}

/** Writes a secret to a temporary file and links it, so that one of several processes creates it and none reads a part of it. */
function createSecret(directory: string): Buffer {
  const draft = `${secretPath(directory)}.${process.pid}`;
  try {
    rmSync(draft, { force: true });
    writeFileSync(draft, randomBytes(secretBytes), { mode: 0o600, flag: 'wx' });
    linkSync(draft, secretPath(directory));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const secret = readSecret(directory);
  if (!secret) throw new Error(`${secretPath(directory)} was deleted`);
  return secret;
}
