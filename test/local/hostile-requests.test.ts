import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SchemaValidator } from '../../src/local/apigateway/schema.ts';
import { renderTemplate } from '../../src/local/apigateway/velocity.ts';
import { createInput } from '../../src/local/apigateway/vtl.ts';
import { readStructures } from '../../src/local/cloudformation/query-protocol.ts';
import { createCloudFormation } from '../../src/local/cloudformation/service.ts';
import { createDynamoDb } from '../../src/local/dynamodb/service.ts';
import { createIam } from '../../src/local/iam/iam.ts';
import { parsePattern } from '../../src/local/logs/pattern.ts';
import { createLogs } from '../../src/local/logs/service.ts';
import { readElements } from '../../src/local/s3/xml.ts';
import { createSqs } from '../../src/local/sqs/service.ts';
import { createSsm } from '../../src/local/ssm/service.ts';
import { openStore, type Store } from '../../src/local/store/store.ts';
import type { Service, WireRequest } from '../../src/local/wire/http.ts';
import { full } from '../support/full.ts';
import {
  createFakeApiGateway,
  createFakeDynamoDb,
  createFakeEvents,
  createFakeLambda,
} from './cloudformation/fakes.ts';

const directory = mkdtempSync(join(tmpdir(), 'hostile-'));
const url = () => 'http://127.0.0.1:1';
let store: Store;
let services: Readonly<Record<'dynamodb' | 'logs' | 'sqs' | 'ssm' | 'cloudformation', Service>>;

beforeAll(async () => {
  store = openStore(join(directory, 'state.sqlite'));
  const [logs, sqs] = [createLogs({ store }), createSqs({ store, region: 'us-east-2', url })];
  const ssm = createSsm({ store, directory });
  services = {
    dynamodb: createDynamoDb({ store }).service,
    logs: logs.service,
    sqs: sqs.service,
    ssm: ssm.service,
    cloudformation: createCloudFormation({
      ...createFakeLambda(),
      ...createFakeEvents(),
      ...createFakeDynamoDb(),
      ...createFakeApiGateway(),
      ...{ store, logs, sqs, url },
      iam: createIam({ store }),
      parameters: ssm.parameters,
      s3: {
        putBucket: () => undefined,
        deleteBucket: () => true,
        service: { name: 's3', claims: () => false, handle: () => ({ status: 500 }) },
        read: () => undefined,
      },
    }).service,
  };
  await call('DynamoDB_20120810.CreateTable', {
    TableName: 'items',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  });
  logs.append('/g', 's', [
    { timestamp: Date.now(), message: `{"text":"${'a'.repeat(20_000)}"}` },
    { timestamp: Date.now(), message: `${'a'.repeat(20_000)}b ${'"\\'.repeat(5000)}` },
  ]);
});

afterAll(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly error: string | undefined;
  readonly body: string;
}

/** Sends a request in AWS's JSON protocol to its service. A body that is a string is sent as it is. */
async function call(target: string, body: object | string): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return send({ 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' }, text);
}

async function deploy(template: string, stack = 'stack'): Promise<Answer> {
  const form = { Action: 'CreateStack', Version: '2010-05-15', StackName: stack };
  return send({}, new URLSearchParams({ ...form, TemplateBody: template }).toString());
}

async function send(headers: Record<string, string>, body: string): Promise<Answer> {
  const request = {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    rawQuery: '',
    headers,
    exactHeaders: {},
    body: Buffer.from(body),
    region: 'us-east-2',
    signature: { service: '', accessKey: 'local', region: 'us-east-2' },
  } as unknown as WireRequest;
  const service = Object.values(services).find((candidate) => candidate.claims(request));
  if (!service) throw new Error(`no service for ${JSON.stringify(headers)}`);
  const response = await service.handle(request);
  const text = String(response.body ?? '');
  return {
    status: response.status,
    error: response.headers?.['x-amzn-errortype'] ?? /<Code>(.*?)<\/Code>/.exec(text)?.[1],
    body: text,
  };
}

const nest = (open: string, close: string, depth: number, inside = '') =>
  open.repeat(depth) + inside + close.repeat(depth);
const depth = 100_000;

describe('deep input is rejected by name', () => {
  const put = (value: string) => `{"TableName":"items","Item":{"id":{"S":"x"},"deep":${value}}}`;
  const scan = (FilterExpression: string) => ({
    TableName: 'items',
    FilterExpression,
    ExpressionAttributeValues: { ':a': { S: 'a' } },
  });
  it.each([
    ['a list', put(nest('{"L":[', ']}', depth, '{"S":"x"}'))],
    ['a map', put(nest('{"M":{"a":', '}}', depth, '{"S":"x"}'))],
    ['an unknown type', put(nest('[', ']', depth))],
  ])('in %s of an item', async (_, body) => {
    const { status, error } = await call('DynamoDB_20120810.PutItem', body);
    expect({ status, error }).toMatchObject({ status: 400 });
  });

  it.each([
    ['parentheses', nest('(', ')', 10_000, 'id = :a')],
    ['negations', `${'NOT '.repeat(10_000)}id = :a`],
    ['negated parentheses', nest('NOT (', ')', 10_000, 'id = :a')],
    ['function calls', `${nest('size(', ')', 10_000, 'id')} = :a`],
    ['conjunctions', Array.from({ length: 10_000 }, () => 'id = :a').join(' AND ')],
    ['a path', `${'id.'.repeat(10_000)}x = :a`],
  ])('in an expression with %s', async (_, expression) => {
    const { status, error } = await call('DynamoDB_20120810.Scan', scan(expression));
    expect({ status, error }).toEqual({ status: 400, error: 'ValidationException' });
  });

  it('in an update expression', async () => {
    const { status, error } = await call('DynamoDB_20120810.UpdateItem', {
      TableName: 'items',
      Key: { id: { S: 'x' } },
      UpdateExpression: `SET x = ${nest('(', ')', 10_000, ':a')}`,
      ExpressionAttributeValues: { ':a': { S: 'a' } },
    });
    expect({ status, error }).toEqual({ status: 400, error: 'ValidationException' });
  });

  it.each(['Logs_20140328.FilterLogEvents', 'AmazonSQS.SendMessage', 'AmazonSSM.GetParameter'])(
    'in a body for %s',
    async (target) => {
      for (const body of [nest('[', ']', depth), nest('{"a":', '}', depth, '1')]) {
        expect((await call(target, body)).status).toBe(400);
      }
    },
  );

  it('in a filter pattern', async () => {
    for (const pattern of [
      `{ ${nest('(', ')', 10_000, '$.a = 1')} }`,
      `[${nest('(', ')', 10_000, 'a = 1')}]`,
    ]) {
      const { status, error } = await call('Logs_20140328.FilterLogEvents', {
        logGroupName: '/g',
        filterPattern: pattern,
      });
      expect({ status, error }).toEqual({ status: 400, error: 'InvalidParameterException' });
    }
  });

  const resource = (properties: string) =>
    `{"Resources":{"A":{"Type":"AWS::SQS::Queue","Properties":${properties}}}}`;
  it.each([
    ['a property', resource(nest('{"a":', '}', full ? depth : 10_000, '1'))],
    ['a function', resource(nest('{"Fn::Join":["",[', ']]}', full ? 10_000 : 2000, '"a"'))],
    ['Fn::Sub', resource(nest('{"Fn::Sub":["text",{"a":', '}]}', full ? 10_000 : 2000, '"a"'))],
    ['flow collections', nest('[', ']', 10_000)],
    ['block collections', `Resources: ${'- '.repeat(10_000)}a`],
    ['aliases', bomb(9)],
    ['large aliases', bomb(3, 90)],
  ])('in a template with %s', async (_, template) => {
    const { status, error } = await deploy(template);
    expect({ status, error }).toEqual({ status: 400, error: 'ValidationError' });
  });

  it('in conditions that refer to each other', async () => {
    const { status, error } = await deploy(
      '{"Conditions":{"A":{"Condition":"B"},"B":{"Condition":"A"}},"Resources":{"Q":{"Type":"AWS::SQS::Queue","Condition":"A"}}}',
    );
    expect({ status, error }).toEqual({ status: 400, error: 'ValidationError' });
  });
});

describe('names of inherited properties', () => {
  const names = ['toString', 'constructor', '__proto__', 'hasOwnProperty'];

  it.each(names)('are attributes like others: %s', async (name) => {
    const item = `{"id":{"S":"${name}"},"${name}":{"M":{"${name}":{"S":"inner"}}}}`;
    await call('DynamoDB_20120810.PutItem', `{"TableName":"items","Item":${item}}`);
    const update = {
      TableName: 'items',
      Key: { id: { S: name } },
      UpdateExpression: 'SET #n.#m = :v, x = :v',
      ExpressionAttributeNames: { '#n': name, '#m': 'valueOf' },
      ExpressionAttributeValues: { ':v': { S: 'set' } },
    };
    expect((await call('DynamoDB_20120810.UpdateItem', update)).status).toBe(200);
    const get = { TableName: 'items', Key: { id: { S: name } } };
    const { body } = await call('DynamoDB_20120810.GetItem', {
      ...get,
      ProjectionExpression: '#n.#n, #n.#m',
      ExpressionAttributeNames: { '#n': name, '#m': 'valueOf' },
    });
    expect(body).toBe(`{"Item":{"${name}":{"M":{"${name}":{"S":"inner"},"valueOf":{"S":"set"}}}}}`);
    expect((await call('DynamoDB_20120810.GetItem', get)).body).toContain(`"${name}":{"M":`);
  });

  it.each(names)('are missing attributes if an item does not have them: %s', async (name) => {
    const table = `keyed-${name.replaceAll('_', '')}`;
    await call('DynamoDB_20120810.CreateTable', {
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: name, AttributeType: 'S' }],
    });
    const item = { TableName: table, Item: { other: { S: 'x' } } };
    const { status, body } = await call('DynamoDB_20120810.PutItem', item);
    expect({ status, body }).toMatchObject({ status: 400 });
    expect(body).toContain(`Missing the key ${name} in the item`);
  });

  it.each(names)('are no functions, operators, tables or operations: %s', async (name) => {
    const scan = { TableName: 'items', ExpressionAttributeValues: { ':a': { S: 'a' } } };
    const calls = [
      call('DynamoDB_20120810.Scan', { ...scan, FilterExpression: `${name}(:a)` }),
      call('DynamoDB_20120810.Scan', { TableName: name }),
      call(`DynamoDB_20120810.${name}`, {}),
      call('DynamoDB_20120810.Scan', `{"TableName":"items","${name}":1}`),
      call('Logs_20140328.FilterLogEvents', {
        logGroupName: '/g',
        filterPattern: `{ $.a ${name} 5 }`,
      }),
      call('Logs_20140328.FilterLogEvents', { logGroupName: name }),
      call('AmazonSQS.SendMessage', { QueueUrl: `${url()}/0/${name}`, MessageBody: 'x' }),
      call('AmazonSSM.GetParameter', { Name: name }),
    ];
    for (const answer of await Promise.all(calls)) expect(answer.status).toBe(400);
  });

  it.each(names)('are no conditions, parameters or resources: %s', async (name) => {
    const queue = (queueName: string) =>
      `"Resources":{"Q":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":${queueName}}}}`;
    for (const template of [
      `{${queue(`{"Fn::If":["${name}","a","b"]}`)}}`,
      `{${queue(`{"Ref":"${name}"}`)}}`,
      `{${queue(`{"Fn::Sub":"\${${name}}"}`)}}`,
      `{${queue(`{"Fn::Sub":["\${${name}}",{"a":"b"}]}`)}}`,
      `{"Mappings":{"M":{"a":{"b":"c"}}},${queue(`{"Fn::FindInMap":["M","${name}","name"]}`)}}`,
    ]) {
      const stack = `names-${randomUUID()}`;
      const { status, body } = await deploy(template, stack);
      const form = { Action: 'DescribeStacks', Version: '2010-05-15', StackName: stack };
      const described = await send({}, new URLSearchParams(form).toString());
      expect(status === 400 || described.body.includes('ROLLBACK_COMPLETE'), body).toBe(true);
    }
  });
});

describe('patterns are matched in linear time', () => {
  const search = (filterPattern: string) =>
    call('Logs_20140328.FilterLogEvents', { logGroupName: '/g', filterPattern });
  const stars = '*a'.repeat(100);

  it.each([
    ['stars in a JSON condition', `{ $.text = "${stars}b" }`],
    ['stars in a field', `[first="${stars}c", rest]`],
    ['repetitions', `%${'a*'.repeat(100)}c%`],
    ['repetitions in a JSON condition', `{ $.text = %${'a*'.repeat(100)}b% }`],
  ])('with %s', async (_, pattern) => {
    const { status, body } = await search(pattern);
    expect({ status, body }).toMatchObject({ status: 200, body: expect.stringContaining('[]') });
  });

  it('with many open brackets in a message', () => {
    const matches = parsePattern('[first, ..., last=x]');
    expect(matches(`${'[ '.repeat(200_000)}x`)).toBe(true);
  });

  it('still finds what they describe', async () => {
    for (const pattern of [
      `{ $.text = "${'*a'.repeat(100)}*" }`,
      '{ $.text = "a*a" }',
      '%^.{2}text%',
    ]) {
      expect((await search(pattern)).body).toContain('"eventId"');
    }
    for (const pattern of ['{ $.text = "aa*b" }', '{ $.text = "*aab*" }']) {
      expect((await search(pattern)).body).not.toContain('"eventId"');
    }
    expect((await search('x'.repeat(1025))).error).toBe('InvalidParameterException');
  });

  it('or have a time limit, in parameters and models', async () => {
    const parameter = (pattern: string) =>
      JSON.stringify({
        Parameters: {
          P: { Type: 'String', AllowedPattern: pattern, Default: `${'a'.repeat(200)}!` },
        },
        Resources: { Q: { Type: 'AWS::SQS::Queue' } },
      });
    for (const pattern of ['(a+)+b', '(?=a)(a+)+b', '(']) {
      const { status, error } = await deploy(parameter(pattern), 'patterns');
      expect({ status, error }).toEqual({ status: 400, error: 'ValidationError' });
    }
    const model = new SchemaValidator({});
    expect(() => model.validate({ pattern: '^(a+)+$' }, `${'a'.repeat(200)}!`)).toThrow(
      'timed out',
    );
  });
});

describe('mapping templates', () => {
  it('end if they loop or recurse', () => {
    const forever = `${'#foreach($a in [1..1000])'.repeat(5)}x${'#end'.repeat(5)}`;
    expect(() => renderTemplate(forever, {})).toThrow('timed out');
    expect(() => renderTemplate('#macro(again)#again()#end#again()', {})).toThrow();
  });

  it('match texts in linear time', () => {
    const text = `${'a'.repeat(200)}!`;
    expect(renderTemplate("$text.matches('(a+)+')", { text })).toBe('false');
    expect(renderTemplate("$text.replaceAll('(a+)+', 'b')", { text })).toBe('b!');
    // The short run tests this time limit with a parameter.
    if (!full) return;
    expect(() => renderTemplate("$text.matches('(?=a)(a+)+')", { text })).toThrow('timed out');
  });

  it('read no inherited properties of a body', () => {
    const input = createInput('{"a":{}}', { path: {}, querystring: {}, header: {} });
    for (const path of ['$.constructor', '$.a.__proto__', '$.a.toString', '$.a.a.a.a']) {
      expect(renderTemplate(`$input.json('${path}')`, { input })).toBe('""');
    }
  });
});

describe('lists and documents of requests', () => {
  it('accept a member with a high index', () => {
    const form = new URLSearchParams({
      'Parameters.member.4000000000.ParameterKey': 'b',
      'Parameters.member.2.ParameterKey': 'a',
      'Parameters.member.2.__proto__': 'c',
    });
    const members = readStructures(form, 'Parameters');
    expect(members.map(({ ParameterKey }) => ParameterKey)).toEqual(['a', 'b']);
  });

  it('are read in linear time', () => {
    expect(readElements('<Key>'.repeat(200_000), 'Key')).toEqual([]);
    expect(readElements('<Key a="b">x&#65;</Key><Key>y</Key>', 'Key')).toEqual(['xA', 'y']);
  });

  it('are rejected for a character that does not exist', () => {
    expect(() => readElements('<Key>&#x110000;</Key>', 'Key')).toThrow('out of range');
  });
});

/** Returns a YAML template whose aliases stand for `width ** levels` values. */
function bomb(levels: number, width = 9): string {
  const lines = ['a0: &a0 [x]'];
  for (let level = 1; level <= levels; level += 1) {
    const aliases = Array.from({ length: width }, () => `*a${level - 1}`);
    lines.push(`a${level}: &a${level} [${aliases.join(', ')}]`);
  }
  return `Metadata:\n  ${lines.join('\n  ')}\nResources:\n  A:\n    Type: AWS::SQS::Queue\n`;
}
