import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';

type Data = string | ArrayBuffer | ArrayBufferView;

/** A signing key is used for a day, so a process has few keys at a time. */
const maxKeys = 20;
const keys = new Map<Data, KeyObject>();

/**
 * SHA-256, or HMAC-SHA-256 with a secret, for the `sha256` setting of SDK clients. The SDK's own class converts the secret to a key at
 * every request, which takes as long as the rest of signing; this one keeps the keys.
 */
export class Sha256 {
  readonly #secret: Data | undefined;
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: Data) {
    this.#secret = secret;
    this.#hash = startHash(secret);
  }

  update(data: Data): void {
    this.#hash.update(typeof data === 'string' ? data : toView(data));
  }

  /** Returns the 32 bytes of the hash. */
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  /** Forgets the data. */
  reset(): void {
    this.#hash = startHash(this.#secret);
  }
}

function startHash(secret: Data | undefined) {
  return secret === undefined ? createHash('sha256') : createHmac('sha256', findKey(secret));
}

/** Bytes are found by their identity: the SDK keeps the array of a signing key. */
function findKey(secret: Data): KeyObject {
  let key = keys.get(secret);
  if (!key) {
    if (keys.size >= maxKeys) keys.clear();
    key =
      typeof secret === 'string'
        ? createSecretKey(secret, 'utf8')
        : createSecretKey(toView(secret));
    keys.set(secret, key);
  }
  return key;
}

function toView(data: ArrayBuffer | ArrayBufferView): NodeJS.ArrayBufferView {
  return ArrayBuffer.isView(data) ? (data as NodeJS.ArrayBufferView) : new Uint8Array(data);
}
