import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const algorithm = 'aes-256-gcm';
const ivLength = 12;
const tagLength = 16;

/** Encrypts texts and decrypts them again; `name` belongs to the text and is checked. */
export interface Cipher {
  encrypt(text: string, name: string): string;
  decrypt(sealed: string, name: string): string;
}

/** A cipher with the key in a file that its owner alone can read; made when there is none. */
export function cipherIn(file: string): Cipher {
  let kept: Buffer | undefined;
  const key = () => {
    if (!kept && !existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 });
    kept ??= readFileSync(file);
    return kept;
  };
  return {
    encrypt(text, name) {
      const iv = randomBytes(ivLength);
      const cipher = createCipheriv(algorithm, key(), iv).setAAD(Buffer.from(name));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
    },
    decrypt(sealed, name) {
      const bytes = Buffer.from(sealed, 'base64');
      const decipher = createDecipheriv(algorithm, key(), bytes.subarray(0, ivLength))
        .setAAD(Buffer.from(name))
        .setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
      const body = bytes.subarray(ivLength + tagLength);
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    },
  };
}
