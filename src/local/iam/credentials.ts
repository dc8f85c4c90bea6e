import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { resolve } from 'node:path';
import type { Principal } from './principal.ts';

/** An access key, with its secret and, for a session, its token. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The principal of an access key and the secret that its requests are signed with, or the reason why the key is refused. */
export type KeyLookup =
  | { readonly caller: Principal; readonly secretAccessKey: string }
  | { readonly refusal: 'unknown-key' | 'foreign-key' | 'invalid-token' | 'expired-token' };

/** Finds the principals of access keys. */
export interface KeyFinder {
  find(accessKeyId: string, sessionToken: string | undefined): KeyLookup;
}

type Session = Extract<Principal, { kind: 'session' }>;

interface CredentialsOptions {
  /** Random secret of the runtime, from which all keys are derived. */
  readonly secret: Buffer;
  /** State directory of the runtime. Every access key contains a hash of its path, so that keys of other projects are recognized. */
  readonly directory: string;
  /** Returns the names of the users. */
  readonly userNames?: () => Iterable<string>;
  /** Returns the time (epoch ms). */
  readonly now?: () => number;
}

/** Lifetime of a session (ms). The credentials of a Lambda function last for hours as well. */
export const sessionLifetimeMs = 12 * 3_600_000;
/** Maximum number of sessions whose keys are kept in memory. */
const maxCachedSessions = 1_000;
/** Letters of a key that identify a project, and letters that identify a user or session in it. */
const projectLetters = 11;
const principalLetters = 16;
const projectPattern = new RegExp(`^A[KS]IALOCAL([A-Z2-7]{${projectLetters}})`);

/**
 * Derives the access keys of a runtime from its secret and finds their principals. Sessions are not stored: the token of a session
 * contains its principal and its expiry, authenticated by HMAC-SHA-256.
 */
export class Credentials implements KeyFinder {
  readonly #secret: Buffer;
  readonly #prefix: string;
  readonly #userNames: () => Iterable<string>;
  readonly #now: () => number;
  readonly #root: AwsCredentials;
  readonly #users = new Map<string, AwsCredentials>();
  readonly #sessions = new Map<string, ParsedToken>();

  constructor({ secret, directory, userNames = () => [], now = Date.now }: CredentialsOptions) {
    this.#secret = secret;
    const path = createHash('sha256').update(resolve(directory)).digest();
    this.#prefix = `LOCAL${toLetters(path, projectLetters)}`;
    this.#userNames = userNames;
    this.#now = now;
    this.#root = this.#withSecret(`AKIA${this.#prefix}`);
  }

  /** Returns the credentials of the account's root, which are the credentials of the project. */
  root(): AwsCredentials {
    return this.#root;
  }

  /** Returns the credentials of a user. They are the same at every call. */
  forUser(name: string): AwsCredentials {
    let credentials = this.#users.get(name);
    if (!credentials) {
      credentials = this.#withSecret(
        `AKIA${this.#prefix}${this.#principalLetters(`user ${name}`)}`,
      );
      this.#users.set(name, credentials);
    }
    return credentials;
  }

  /** Returns new credentials of a role's session. They expire after `sessionLifetimeMs`. */
  forSession({ role, session }: Pick<Session, 'role' | 'session'>): AwsCredentials {
    const content = Buffer.from(
      JSON.stringify([role, session, this.#now() + sessionLifetimeMs]),
    ).toString('base64url');
    const sessionToken = `${content}.${this.#hmac(`token ${content}`).toString('base64url')}`;
    return { ...this.#withSecret(this.#sessionKey(content)), sessionToken };
  }

  find(accessKeyId: string, sessionToken: string | undefined): KeyLookup {
    const [, project] = projectPattern.exec(accessKeyId) ?? [];
    if (project === undefined) return { refusal: 'unknown-key' };
    if (!accessKeyId.startsWith(this.#prefix, 4)) return { refusal: 'foreign-key' };
    if (accessKeyId.startsWith('ASIA')) return this.#findSession(accessKeyId, sessionToken ?? '');
    const found = this.#findPermanent(accessKeyId);
    if (!found) return { refusal: 'unknown-key' };
    return sessionToken === undefined ? found : { refusal: 'invalid-token' };
  }

  #findPermanent(accessKeyId: string): KeyLookup | undefined {
    if (accessKeyId === this.#root.accessKeyId) {
      return { caller: { kind: 'root' }, secretAccessKey: this.#root.secretAccessKey };
    }
    for (const name of this.#userNames()) {
      const credentials = this.forUser(name);
      if (credentials.accessKeyId !== accessKeyId) continue;
      return { caller: { kind: 'user', name }, secretAccessKey: credentials.secretAccessKey };
    }
    return undefined;
  }

  #findSession(accessKeyId: string, token: string): KeyLookup {
    const session = this.#sessions.get(token) ?? this.#parseToken(token);
    if (session?.accessKeyId !== accessKeyId) return { refusal: 'invalid-token' };
    return session.expiresAt > this.#now() ? session : { refusal: 'expired-token' };
  }

  /** Returns the content of a token of this runtime; undefined for any other text. */
  #parseToken(token: string): ParsedToken | undefined {
    const [content = '', mac = ''] = token.split('.');
    const expected = this.#hmac(`token ${content}`);
    const actual = Buffer.from(mac, 'base64url');
    if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
    const [role, session, expiresAt] = JSON.parse(Buffer.from(content, 'base64url').toString()) as [
      string,
      string,
      number,
    ];
    const { accessKeyId, secretAccessKey } = this.#withSecret(this.#sessionKey(content));
    const caller = { kind: 'session', role, session } as const;
    const parsed = { accessKeyId, secretAccessKey, caller, expiresAt };
    if (this.#sessions.size >= maxCachedSessions) this.#sessions.clear();
    this.#sessions.set(token, parsed);
    return parsed;
  }

  #sessionKey(tokenContent: string): string {
    return `ASIA${this.#prefix}${this.#principalLetters(`session ${tokenContent}`)}`;
  }

  #principalLetters(text: string): string {
    return toLetters(this.#hmac(`key ${text}`), principalLetters);
  }

  #withSecret(accessKeyId: string): AwsCredentials {
    const secretAccessKey = this.#hmac(`secret ${accessKeyId}`).toString('base64url').slice(0, 40);
    return { accessKeyId, secretAccessKey };
  }

  #hmac(text: string): Buffer {
    return createHmac('sha256', this.#secret).update(text).digest();
  }
}

/** A valid session token and its keys. */
interface ParsedToken {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly caller: Session;
  /** Expiry (epoch ms). */
  readonly expiresAt: number;
}

/** Returns `count` letters of the alphabet of base32, which access keys of AWS also use. Each letter has 5 bits of a byte. */
function toLetters(bytes: Buffer, count: number): string {
  return [...bytes.subarray(0, count)]
    .map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte & 31])
    .join('');
}
