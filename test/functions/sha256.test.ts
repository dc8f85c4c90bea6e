import { createHash, createHmac, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { Sha256 } from '../../functions/shared/sha256.ts';

const hash = async (
  data: ConstructorParameters<typeof Sha256>[0],
  secret?: string | Uint8Array,
) => {
  const sha256 = new Sha256(secret);
  sha256.update('forgotten');
  sha256.reset();
  if (data !== undefined) sha256.update(data);
  return Buffer.from(await sha256.digest()).toString('hex');
};

it('hashes texts and bytes as Node does', async () => {
  const bytes = randomBytes(100);
  expect(await hash('Größe')).toBe(createHash('sha256').update('Größe').digest('hex'));
  expect(await hash(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(await hash(new Uint8Array(bytes).buffer)).toBe(
    createHash('sha256').update(bytes).digest('hex'),
  );
});

it('signs with many keys, each used several times, as Node does', async () => {
  const secrets = Array.from({ length: 50 }, (_, index) =>
    index % 2 === 0 ? randomBytes(32) : `secret ${index}`,
  );
  for (const secret of [...secrets, ...secrets]) {
    expect(await hash('data', secret)).toBe(
      createHmac('sha256', secret).update('data').digest('hex'),
    );
  }
});
