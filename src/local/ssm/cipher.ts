import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const algorithm = 'aes-256-gcm';
const ivLength = 12;
const tagLength = 16;

/** Encrypts and decrypts texts. Decryption requires the `name` that the text was encrypted with. */
export interface Cipher {
  encrypt(text: string, name: string): string;
  decrypt(encrypted: string, name: string): string;
}

/** Returns a cipher with the key in `file`. Creates a missing file, readable only by its owner, on first use. */
export function openCipher(file: string): Cipher {
  let cachedKey: Buffer | undefined;
  const key = () => {
    if (!cachedKey && !existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 });
    cachedKey ??= readFileSync(file);
    return cachedKey;
  };
  return {
    encrypt(text, name) {
      const iv = randomBytes(ivLength);
      const cipher = createCipheriv(algorithm, key(), iv).setAAD(Buffer.from(name));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
    },
    decrypt(encrypted, name) {
      const bytes = Buffer.from(encrypted, 'base64');
      const decipher = createDecipheriv(algorithm, key(), bytes.subarray(0, ivLength))
        .setAAD(Buffer.from(name))
        .setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
      const body = bytes.subarray(ivLength + tagLength);
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    },
  };
}
