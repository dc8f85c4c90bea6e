import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLambda } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof startLambda>>;
beforeAll(async () => {
  lambda = await startLambda();
});
afterAll(() => lambda.close());

/** Runs the statements in a handler and returns the lines that they logged. */
async function log(name: string, body: string, logFormat: 'JSON' | 'Text'): Promise<string[]> {
  lambda.put(name, { code: `export const handler = async () => { ${body} };`, logFormat });
  await lambda.invoke(name);
  const client = new CloudWatchLogsClient(lambda.config);
  const { events = [] } = await client.send(
    new FilterLogEventsCommand({ logGroupName: `/${name}` }),
  );
  return events
    .map(({ message = '' }) => message)
    .filter((message) => !/"type":"platform|^(INIT_START|START|END|REPORT) /.test(message));
}

describe('console in the JSON format', () => {
  it.each([
    ['text', "console.log('hello')", { level: 'INFO', message: 'hello' }],
    ['JSON text, which stays text', `console.log('{"a":1}')`, { message: '{"a":1}' }],
    ['an object, which stays an object', 'console.warn({ a: [1] })', { message: { a: [1] } }],
    ['several values', "console.error('a', 1, { b: 2 })", { message: 'a 1 { b: 2 }' }],
    [
      'an error',
      "console.error(new TypeError('no'))",
      {
        level: 'ERROR',
        message: { errorType: 'TypeError', errorMessage: 'no', stackTrace: expect.any(Array) },
      },
    ],
    [
      'an error with other values',
      "console.error('sad', new TypeError('no'))",
      {
        errorType: 'TypeError',
        errorMessage: 'no',
        message: expect.stringMatching(/^sad TypeError: no/),
      },
    ],
    [
      'an error with fields of its own',
      "console.log(Object.assign(new Error('no'), { code: 7 }))",
      {
        message: { errorType: 'Error', errorMessage: 'no', code: 7 },
      },
    ],
    [
      'a value without a JSON form',
      'const a = {}; a.a = a; console.log(a)',
      {
        message: '<ref *1> { a: [Circular *1] }',
      },
    ],
  ])('logs %s', async (name, body, expected) => {
    const [line = ''] = await log(`json-${name.replace(/\W/g, '')}`, body, 'JSON');
    expect(JSON.parse(line)).toMatchObject({ requestId: expect.any(String), ...expected });
  });
});

it('logs writes to stdout as they are, in both formats', async () => {
  const body = `process.stdout.write('{"_aws":{}}\\n'); process.stderr.write(Buffer.from('bytes'));`;
  expect(await log('raw-json', body, 'JSON')).toEqual(['{"_aws":{}}', 'bytes']);
  expect(await log('raw-text', body, 'Text')).toEqual(['{"_aws":{}}', 'bytes']);
});

it('logs text with time, request id and level in the text format', async () => {
  const [line] = await log('text', "console.debug('a %s', 'b')", 'Text');
  expect(line).toMatch(/^\d{4}-\d\d-\d\dT\S+Z\t[0-9a-f-]{36}\tDEBUG\ta b$/);
});
