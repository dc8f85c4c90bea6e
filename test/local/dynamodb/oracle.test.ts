/**
 * Runs random expressions on small random items with dynalite and with the local runtime. Both must return the same result, or
 * an error with the same name. The generator avoids these known differences:
 * - For two missing attributes, `a = b` is true in dynalite; in DynamoDB it is false.
 * - dynalite compares sets by the order of their members. The generator creates only sets of one member.
 * - dynalite accepts `<` and BETWEEN with values that have no order; DynamoDB rejects them.
 * - In dynalite the empty string has no size; in DynamoDB its size is 0.
 * - dynalite rejects `NOT NOT`, and returns empty `Attributes` for an update without changes.
 * - dynalite does not find `false` among the options of IN.
 * - contains() in dynalite finds neither BOOL nor NULL in a list.
 * - dynalite fails if an option of IN is a missing attribute.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AttributeValue,
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { full } from '../../support/full.ts';
import { createClient, type Fixture, start } from './fixture.ts';

// @ts-expect-error dynalite has no types
const { default: dynalite } = await import('dynalite');

const rounds = full ? 4000 : 120;
const TableName = 'oracle';
let ours: Fixture;
let oracle: Server;
let theirs: DynamoDBClient;

beforeAll(async () => {
  ours = await start();
  oracle = dynalite({ createTableMs: 0 }) as Server;
  await new Promise<void>((resolve) => oracle.listen(0, '127.0.0.1', () => resolve()));
  theirs = createClient(`http://127.0.0.1:${(oracle.address() as AddressInfo).port}`);
  for (const client of [ours.client, theirs]) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'r', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'r', AttributeType: 'N' },
        ],
      }),
    );
  }
  for (;;) {
    const { Table } = await theirs.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === 'ACTIVE') break;
  }
});
afterAll(async () => {
  theirs.destroy();
  await ours.close();
  await new Promise<void>((resolve) => oracle.close(() => resolve()));
});

/** Returns a deterministic random number generator (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const next = random(20260727);
const below = (limit: number): number => Math.floor(next() * limit);
const oneOf = <T>(options: readonly T[]): T => options[below(options.length)] as T;

const numbers = [
  '0',
  '1',
  '-1',
  '2',
  '10',
  '1.5',
  '0.001',
  '-7.25',
  '12345678901234567890123456789',
];
const strings = ['a', 'ab', 'abc', 'b', 'S', 'N', 'xyz'];

function scalar(): AttributeValue {
  return oneOf<() => AttributeValue>([
    () => ({ N: oneOf(numbers) }),
    () => ({ N: oneOf(numbers) }),
    () => ({ S: oneOf(strings) }),
    () => ({ S: oneOf(strings) }),
    () => ({ BOOL: next() < 0.5 }),
    () => ({ NULL: true }),
    () => ({ B: Buffer.from(oneOf(['a', 'ab', 'b'])) }),
  ])();
}

/** Returns a value of a type that has an order. */
function ordered(): AttributeValue {
  return oneOf<() => AttributeValue>([
    () => ({ N: oneOf(numbers) }),
    () => ({ S: oneOf(strings) }),
    () => ({ B: Buffer.from(oneOf(['a', 'ab', 'b'])) }),
  ])();
}

function value(depth = 0): AttributeValue {
  if (depth > 1 || next() < 0.6) return scalar();
  return oneOf<() => AttributeValue>([
    () => ({ SS: [oneOf(['a', 'b', 'c'])] }),
    () => ({ NS: [oneOf(numbers)] }),
    () => ({ L: Array.from({ length: below(4) }, () => value(depth + 1)) }),
    () => ({ M: { a: value(depth + 1), x: value(depth + 1) } }),
  ])();
}

const attributes = ['a', 'b', 'c', 'd', 'e'];

function item(): Record<string, AttributeValue> {
  const content: Record<string, AttributeValue> = {};
  for (const name of attributes) if (next() < 0.7) content[name] = value();
  return content;
}

/** Builds an expression and its placeholders. */
class ExpressionBuilder {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, AttributeValue> = {};

  #valueCount = 0;

  path(): string {
    let path = oneOf(attributes);
    if (next() < 0.25) {
      this.names[`#${path}`] = path;
      path = `#${path}`;
    }
    while (next() < 0.25) path += oneOf(['[0]', '[1]', '[2]', '.a', '.x']);
    return path;
  }

  value(content: AttributeValue = value()): string {
    const name = `:v${this.#valueCount++}`;
    if (next() > 0.01) this.values[name] = content;
    return name;
  }

  test(): string {
    return oneOf<() => string>([
      () => `${this.path()} ${oneOf(['=', '<>'])} ${this.value()}`,
      () => `${this.path()} ${oneOf(['=', '<>', '<', '<=', '>', '>='])} ${this.value(ordered())}`,
      () => `size(${this.path()}) ${oneOf(['=', '<', '>'])} ${this.value({ N: oneOf(numbers) })}`,
      () => `attribute_exists(${this.path()})`,
      () => `attribute_not_exists(${this.path()})`,
      () =>
        `attribute_type(${this.path()}, ${this.value({ S: oneOf(['S', 'N', 'L', 'M', 'X']) })})`,
      () => `begins_with(${this.path()}, ${this.value({ S: oneOf(strings) })})`,
      () => `contains(${this.path()}, ${this.value(ordered())})`,
      () => `${this.path()} BETWEEN ${this.value(ordered())} AND ${this.value(ordered())}`,
      () => `${this.path()} IN (${this.value(ordered())}, ${this.value(ordered())})`,
      () => oneOf(['a = = b', 'size(a)', 'foo(a)', 'status = a', 'a', '(a = b', 'contains(a)']),
    ])();
  }

  condition(depth = 0): string {
    const chance = next();
    if (depth > 2 || chance < 0.45) return this.test();
    if (chance < 0.65) return `${this.condition(depth + 1)} AND ${this.condition(depth + 1)}`;
    if (chance < 0.8) return `${this.condition(depth + 1)} or ${this.condition(depth + 1)}`;
    return chance < 0.9 ? `NOT ${this.test()}` : `(${this.condition(depth + 1)})`;
  }

  assigned(): string {
    const number = () => this.value({ N: oneOf(numbers) });
    return oneOf<() => string>([
      () => this.value(),
      () => this.path(),
      () => `${this.path()} ${oneOf(['+', '-'])} ${number()}`,
      () => `if_not_exists(${this.path()}, ${this.value()})`,
      () => `if_not_exists(${this.path()}, ${number()}) + ${number()}`,
      () => `list_append(${this.path()}, ${this.value({ L: [scalar()] })})`,
      () => `list_append(if_not_exists(${this.path()}, ${this.value({ L: [] })}), ${this.value()})`,
    ])();
  }

  update(): string {
    const oneOrTwo = (make: () => string) => Array.from({ length: 1 + below(2) }, make).join(', ');
    const sections: Record<string, () => string> = {
      SET: () => `SET ${oneOrTwo(() => `${this.path()} = ${this.assigned()}`)}`,
      REMOVE: () => `REMOVE ${oneOrTwo(() => this.path())}`,
      ADD: () =>
        `ADD ${oneOf(attributes)} ${this.value(oneOf([{ N: '1.5' }, { SS: ['a'] }, value()]))}`,
      DELETE: () =>
        `DELETE ${oneOf(attributes)} ${this.value(oneOf([{ SS: ['a'] }, { NS: ['1'] }]))}`,
    };
    const names = Object.keys(sections).filter(() => next() < 0.4);
    return (names.length > 0 ? names : ['SET']).map((name) => sections[name]?.()).join(' ');
  }

  placeholders(): object {
    return {
      ...(Object.keys(this.names).length > 0 ? { ExpressionAttributeNames: this.names } : {}),
      ...(Object.keys(this.values).length > 0 ? { ExpressionAttributeValues: this.values } : {}),
    };
  }
}

function createRound(): (client: DynamoDBClient) => Promise<unknown> {
  const builder = new ExpressionBuilder();
  const Key = { id: { S: 'k' }, r: { N: '1' } };
  const kind = oneOf(['condition', 'update', 'filter', 'projection']);
  if (kind === 'condition') {
    const input = { TableName, Item: Key, ConditionExpression: builder.condition() };
    const command = { ...input, ...builder.placeholders(), ReturnValues: 'ALL_OLD' as const };
    return (client) => client.send(new PutItemCommand(command));
  }
  if (kind === 'update') {
    const input = { TableName, Key, UpdateExpression: builder.update() };
    const command = {
      ...input,
      ...builder.placeholders(),
      ReturnValues: oneOf(['ALL_NEW', 'UPDATED_NEW', 'UPDATED_OLD'] as const),
    };
    return (client) => client.send(new UpdateItemCommand(command));
  }
  if (kind === 'filter') {
    const input = { TableName, FilterExpression: builder.condition() };
    const command = { ...input, ...builder.placeholders() };
    return (client) => client.send(new ScanCommand(command));
  }
  const ProjectionExpression = Array.from({ length: 1 + below(3) }, () => builder.path()).join(
    ', ',
  );
  const range = oneOf(['', ' AND r > :r', ' AND r <= :r', ' AND r BETWEEN :r AND :t']);
  const keys: Record<string, AttributeValue> = {
    ':id': { S: 'k' },
    ':r': { N: '0' },
    ':t': { N: '2' },
  };
  for (const [name, content] of Object.entries(keys)) {
    if (name === ':id' || range.includes(name)) builder.values[name] = content;
  }
  const input = { TableName, ProjectionExpression, KeyConditionExpression: `id = :id${range}` };
  const command = { ...input, ...builder.placeholders(), ScanIndexForward: next() < 0.5 };
  return (client) => client.send(new QueryCommand(command));
}

async function outcome(client: DynamoDBClient, run: (client: DynamoDBClient) => Promise<unknown>) {
  try {
    const { $metadata: _, ...output } = (await run(client)) as Record<string, unknown>;
    const attributes = output['Attributes'];
    if (attributes && Object.keys(attributes).length === 0) delete output['Attributes'];
    const items = output['Items'];
    if (Array.isArray(items)) {
      return { ...output, Items: items.map((entry) => stable(entry)).sort() };
    }
    return JSON.parse(stable(output)) as unknown;
  } catch (error) {
    return { error: (error as Error).name, message: (error as Error).message };
  }
}

/** Returns JSON with sorted members. */
function stable(content: unknown): string {
  return JSON.stringify(content, (_, member: unknown) =>
    member && typeof member === 'object' && !Array.isArray(member) && !ArrayBuffer.isView(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

it(`evaluates ${rounds} random expressions like dynalite`, async () => {
  const differences: string[] = [];
  let errors = 0;
  for (let index = 0; index < rounds; index += 1) {
    if (index % 4 === 0) {
      for (const r of ['1', '2', '3']) {
        const Item = { ...item(), id: { S: 'k' }, r: { N: r } };
        const put = (client: DynamoDBClient) =>
          client.send(new PutItemCommand({ TableName, Item }));
        await Promise.all([put(ours.client), put(theirs)]);
      }
    }
    const run = createRound();
    let sent = '';
    const recorded = (client: DynamoDBClient) =>
      run({
        send: (command: { input: unknown }) => {
          sent = JSON.stringify(command.input);
          return client.send(command as never);
        },
      } as unknown as DynamoDBClient);
    const [actual, expected] = [
      await outcome(ours.client, recorded),
      await outcome(theirs, recorded),
    ];
    const failed = typeof expected === 'object' && expected !== null && 'error' in expected;
    if (failed) errors += 1;
    const same = failed
      ? (actual as { error?: string }).error === expected.error
      : stable(actual) === stable(expected);
    if (!same)
      differences.push(
        `${index} ${sent}\n  ours   ${stable(actual)}\n  oracle ${stable(expected)}`,
      );
  }
  expect(differences).toEqual([]);
  expect(errors).toBeGreaterThan(rounds / 20);
  expect(errors).toBeLessThan((rounds * 3) / 4);
});
