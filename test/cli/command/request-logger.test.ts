import { expect, it } from 'vitest';
import { formatRequest } from '../../../src/cli/command/request-logger.ts';

const at = new Date('2026-11-22T08:12:04.000Z');
const entry = {
  clientName: 'DynamoDBClient',
  commandName: 'GetItemCommand',
  input: { Key: { orderId: 'secret' } },
  output: { Item: { customerEmail: 'a@b.com' } },
  metadata: { httpStatusCode: 200, attempts: 1, requestId: 'r-1' },
};

it('names the operation, the status and the request id, and no data', () => {
  expect(formatRequest(entry, at)).toBe(
    '2026-11-22T08:12:04.000Z DynamoDB.GetItem status=200 request=r-1',
  );
});

it('names the error and the number of attempts', () => {
  const error = Object.assign(new Error('secret'), { name: 'ThrottlingException' });
  const metadata = { httpStatusCode: 400, attempts: 5 };
  expect(formatRequest({ ...entry, error, metadata }, at)).toBe(
    '2026-11-22T08:12:04.000Z DynamoDB.GetItem error=ThrottlingException status=400 attempts=5',
  );
});

it('ignores entries that are not about a request', () => {
  for (const other of ['text', undefined, { hint: 'x' }]) {
    expect(formatRequest(other, at)).toBeUndefined();
  }
});
