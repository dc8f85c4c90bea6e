import { join } from 'node:path';
import type { ParameterType } from '@aws-sdk/client-ssm';
import type { DeclaredParameter, ParameterStore } from '../shared/parameter-interfaces.ts';
import type { Store } from '../store/store.ts';
import type { Fields } from '../wire/check-input.ts';
import type { Service } from '../wire/http.ts';
import { awsJson, awsJsonProtocol, jsonPermissions } from '../wire/json.ts';
import { openCipher } from './cipher.ts';
import { parameterOperations } from './operations.ts';
import { formatParameterArn } from './parameter-name.ts';
import { permissionRules } from './permissions.ts';
import { ParameterRepository } from './repository.ts';

const targetPrefix = 'AmazonSSM.';

/** The members of each operation's request that the runtime implements. */
const shapes: Readonly<Record<string, Fields>> = {
  PutParameter: {
    Name: 'string',
    Value: 'string',
    Type: 'string',
    Overwrite: 'boolean',
    DataType: { only: ['text'] },
    Tier: { only: ['Standard'] },
  },
  GetParameter: { Name: 'string', WithDecryption: 'boolean' },
  GetParameters: { Names: { list: 'string' }, WithDecryption: 'boolean' },
  DeleteParameter: { Name: 'string' },
};

const errors = { invalid: 'ValidationException', unsupported: 'ValidationException' } as const;

/** Creates the SSM service with parameters for settings and secrets. A SecureString is encrypted at rest. */
export function createSsm({ store, directory }: { store: Store; directory: string }): {
  readonly service: Service;
  readonly parameters: ParameterStore;
} {
  const cipher = openCipher(join(directory, 'parameters.key'));
  const repository = new ParameterRepository(store);
  const operations = parameterOperations(repository, cipher);
  const put = ({ Type, ...input }: DeclaredParameter, Overwrite: boolean) =>
    void operations.PutParameter({ ...input, Type: Type as ParameterType, Overwrite });
  return {
    parameters: {
      read: (name, version) => repository.find(name, version),
      arn: formatParameterArn,
      create: (input) => put(input, false),
      update: (input) => put(input, true),
      remove: (name) => void repository.remove(name),
    },
    service: {
      name: 'ssm',
      protocol: awsJsonProtocol('1.1'),
      claims: ({ headers }) => headers['x-amz-target']?.startsWith(targetPrefix) ?? false,
      permissions: jsonPermissions(permissionRules, { shapes, errors }),
      handle: (request) => awsJson(request, { operations, version: '1.1', shapes, errors }),
    },
  };
}
