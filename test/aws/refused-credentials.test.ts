import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationServiceException } from '@aws-sdk/client-cloudformation';
import { expect, it } from 'vitest';
import { isTransient, needsSignIn, translateError } from '../../src/aws/errors.ts';
import { fakeTarget } from './fake-aws.ts';

const refusal = (name: string, message: string) =>
  new CloudFormationServiceException({
    name,
    message,
    $fault: 'client',
    $metadata: { httpStatusCode: 403 },
  });
const endpoint = 'http://127.0.0.1:4510';
const target = (more: object) => fakeTarget(endpoint, mkdtempSync(join(tmpdir(), 'orders-')), more);

it('reports the runtime of another project in plain words, and waits for the own one', () => {
  const error = refusal(
    'InvalidClientTokenId',
    'The access key belongs to the local runtime of another project.',
  );
  expect(isTransient(error)).toBe(true);
  expect(needsSignIn(error)).toBe(false);
  expect(translateError(error, target({ endpoint, autoDeploys: true }))).toMatchObject({
    message: 'The local runtime at http://127.0.0.1:4510 belongs to another project.',
    hints: ['orders local start'],
    exit: 7,
  });
  expect(translateError(error, target({ endpoint }))).toMatchObject({
    hints: ['eval $(orders local env)'],
    exit: 4,
  });
});

it.each(['SignatureDoesNotMatch', 'InvalidAccessKeyId', 'InvalidClientTokenId', 'ExpiredToken'])(
  'names the command that renews the credentials after %s',
  (name) => {
    const hint = (more: object) => translateError(refusal(name, 'refused'), target(more));
    const aws = { endpoint: undefined };
    expect(hint(aws)).toMatchObject({ hints: ['aws sso login'], exit: 4 });
    expect(hint({ endpoint })).toMatchObject({ hints: ['eval $(orders local env)'], exit: 4 });
    expect(hint({ endpoint, autoDeploys: true })).toMatchObject({
      message: `The local runtime at ${endpoint} does not accept the credentials of this project.`,
      hints: ['orders local stop'],
    });
  },
);
