import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createClients } from '../../src/aws/clients.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orders-aws-files-'));
  const file = join(folder, 'config');
  writeFileSync(file, '[default]\nuse_fips_endpoint = true\n');
  vi.stubEnv('AWS_CONFIG_FILE', file);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it.each([
  ['uses the AWS files of the user', false],
  ['ignores the AWS files of the user for the local runtime', true],
])('%s', async (_, ignoresAwsFiles) => {
  const clients = createClients({ region: 'us-east-2', ignoresAwsFiles });
  const client = await clients.dynamodb();
  expect(await client.config.useFipsEndpoint()).toBe(!ignoresAwsFiles);
});
