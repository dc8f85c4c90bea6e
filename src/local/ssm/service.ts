import { join } from 'node:path';
import type { Store } from '../store/store.ts';
import type { Fields } from '../wire/check-input.ts';
import type { Service } from '../wire/http.ts';
import { awsJson, awsJsonProtocol } from '../wire/json.ts';
import { cipherIn } from './cipher.ts';
import { parameterOperations } from './operations.ts';

const target = 'AmazonSSM.';

/** What members of a request may be; a name means the same in every operation. */
const shapes: Fields = {
  Name: 'string',
  Names: { list: 'string' },
  Value: 'string',
  Type: 'string',
  Overwrite: 'boolean',
  WithDecryption: 'boolean',
};

/** SSM's parameters, for settings and secrets. A SecureString is encrypted where it lies. */
export function createParameters({ store, directory }: { store: Store; directory: string }): {
  readonly service: Service;
} {
  const cipher = cipherIn(join(directory, 'parameters.key'));
  const operations = parameterOperations(store, cipher);
  return {
    service: {
      name: 'ssm',
      protocol: awsJsonProtocol('1.1'),
      claims: ({ headers }) => headers['x-amz-target']?.startsWith(target) ?? false,
      handle: (request) => awsJson(request, { operations, version: '1.1', shapes: () => shapes }),
    },
  };
}
