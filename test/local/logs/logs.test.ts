import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePattern } from '../../../src/local/logs/pattern.ts';
import { createLogs } from '../../../src/local/logs/service.ts';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import { type RunningServer, serve } from '../../../src/local/wire/server.ts';
import { testCredentials, testVerifier } from '../../support/credentials.ts';

const directory = mkdtempSync(join(tmpdir(), 'logs-'));
let store: Store;
let server: RunningServer;
let client: CloudWatchLogsClient;
let logs: ReturnType<typeof createLogs>;

beforeAll(async () => {
  store = openStore(join(directory, 'state.sqlite'));
  logs = createLogs({ store });
  server = await serve({ services: [logs.service], store, port: 0, verifier: testVerifier });
  client = new CloudWatchLogsClient({
    region: 'us-east-2',
    endpoint: server.url,
    credentials: testCredentials,
  });
});

afterAll(async () => {
  await server.close();
  store.close();
  rmSync(directory, { recursive: true });
});

describe('CloudWatch Logs', () => {
  it('keeps events for the retention of their group, by default forever', async () => {
    const now = Date.parse('2026-11-25T08:00:00Z');
    const day = 86_400_000;
    logs.createGroup('/g/week', 7);
    for (const group of ['/g/week', '/g/ever']) {
      logs.append(group, 's', [
        { timestamp: now - 8 * day, message: 'old' },
        { timestamp: now - 6 * day, message: 'new' },
      ]);
    }
    logs.removeExpired(now);
    const messages = async (logGroupName: string) => {
      const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName }));
      return events.map(({ message }) => message);
    };
    expect(await messages('/g/week')).toEqual(['new']);
    expect(await messages('/g/ever')).toEqual(['old', 'new']);
  });

  it('keeps groups with their retention', async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName: '/g/retention' }));
    await client.send(
      new PutRetentionPolicyCommand({ logGroupName: '/g/retention', retentionInDays: 7 }),
    );
    const { logGroups } = await client.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/g/ret' }),
    );
    expect(logGroups).toMatchObject([{ logGroupName: '/g/retention', retentionInDays: 7 }]);
    expect(logGroups?.[0]?.arn).toBe(
      'arn:aws:logs:us-east-2:000000000000:log-group:/g/retention:*',
    );
    await expect(
      client.send(new CreateLogGroupCommand({ logGroupName: '/g/retention' })),
    ).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
  });

  it('returns the events of all streams in time order, with stable ids', async () => {
    logs.append('/g/order', 'a', [
      { timestamp: 1000, message: 'first' },
      { timestamp: 3000, message: 'third' },
    ]);
    logs.append('/g/order', 'b', [{ timestamp: 2000, message: 'second' }]);
    const read = async () =>
      (await client.send(new FilterLogEventsCommand({ logGroupName: '/g/order' }))).events ?? [];
    const events = await read();
    expect(events.map((event) => event.message)).toEqual(['first', 'second', 'third']);
    expect((await read()).map((event) => event.eventId)).toEqual(
      events.map((event) => event.eventId),
    );
    expect(new Set(events.map((event) => event.eventId)).size).toBe(3);
  });

  it('returns filtered events in pages', async () => {
    const lines = Array.from({ length: 25 }, (_, i) => ({ timestamp: 5, message: `line ${i}` }));
    logs.append('/g/pages', 's', lines);
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const response = await client.send(
        new FilterLogEventsCommand({ logGroupName: '/g/pages', limit: 10, nextToken }),
      );
      seen.push(...(response.events ?? []).map((event) => event.message ?? ''));
      nextToken = response.nextToken;
    } while (nextToken);
    expect(seen).toEqual(lines.map((line) => line.message));
  });

  it('filters by time, streams and pattern', async () => {
    for (const stream of ['x', 'y'])
      logs.append('/g/filter', stream, [
        { timestamp: 10, message: `{"level":"INFO","orderId":"ord-1","stream":"${stream}"}` },
        { timestamp: 20, message: `{"level":"ERROR","orderId":"ord-2","stream":"${stream}"}` },
      ]);
    const response = await client.send(
      new FilterLogEventsCommand({
        logGroupName: '/g/filter',
        logStreamNames: ['y'],
        startTime: 15,
        endTime: 20,
        filterPattern: '{ $.orderId = "ord*" }',
      }),
    );
    expect(response.events?.map((event) => event.logStreamName)).toEqual(['y']);
  });

  it('reads one stream forward and backward', async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName: '/g/get' }));
    await client.send(new CreateLogStreamCommand({ logGroupName: '/g/get', logStreamName: 's' }));
    const now = Date.now();
    const logEvents = [1, 2, 3].map((n) => ({ timestamp: now + n, message: `m${n}` }));
    await client.send(
      new PutLogEventsCommand({ logGroupName: '/g/get', logStreamName: 's', logEvents }),
    );
    const input = { logGroupName: '/g/get', logStreamName: 's', limit: 2 };
    const head = await client.send(new GetLogEventsCommand({ ...input, startFromHead: true }));
    expect(head.events?.map((event) => event.message)).toEqual(['m1', 'm2']);
    const rest = await client.send(
      new GetLogEventsCommand({ ...input, nextToken: head.nextForwardToken }),
    );
    expect(rest.events?.map((event) => event.message)).toEqual(['m3']);
    const end = await client.send(
      new GetLogEventsCommand({ ...input, nextToken: rest.nextForwardToken }),
    );
    expect(end.nextForwardToken).toBe(rest.nextForwardToken);
    const tail = await client.send(new GetLogEventsCommand(input));
    expect(tail.events?.map((event) => event.message)).toEqual(['m2', 'm3']);
    const { logStreams } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName: '/g/get' }),
    );
    expect(logStreams).toMatchObject([{ logStreamName: 's', lastEventTimestamp: now + 3 }]);
  });

  it('deletes a group with its events', async () => {
    logs.append('/g/gone', 's', [{ timestamp: 1, message: 'x' }]);
    await client.send(new DeleteLogGroupCommand({ logGroupName: '/g/gone' }));
    await expect(
      client.send(new FilterLogEventsCommand({ logGroupName: '/g/gone' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('rejects an unsigned request', async () => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });
});

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
describe('PutLogEvents', () => {
  const logGroupName = '/g/put';
  const dayMs = 86_400_000;
  beforeAll(async () => {
    logs.createGroup(logGroupName, 3);
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 's' }));
  });
  const put = (...offsets: readonly number[]) => {
    const now = Date.now();
    const logEvents = offsets.map((offset) => ({ timestamp: now + offset, message: `${offset}` }));
    return client.send(new PutLogEventsCommand({ logGroupName, logStreamName: 's', logEvents }));
  };

  it.each([
    ['out of order', [1, 0]],
    ['of more than 24 hours', [-dayMs - 1, 0]],
    ['without events', []],
    ['of too many events', Array.from({ length: 10_001 }, () => 0)],
  ])('rejects a batch %s', async (_, offsets) => {
    await expect(put(...offsets)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it.each([
    [
      'too old',
      [-14 * dayMs - 1000, -14 * dayMs + 60_000],
      { tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2 },
    ],
    ['expired', [-3 * dayMs - 1000, -3 * dayMs + 60_000], { expiredLogEventEndIndex: 1 }],
    ['too new', [0, 7_200_000 + 60_000], { tooNewLogEventStartIndex: 1 }],
  ])('does not store events that are %s', async (_, offsets, rejected) => {
    const { rejectedLogEventsInfo } = await put(...offsets);
    expect(rejectedLogEventsInfo).toEqual(rejected);
  });

  it('rejects a batch of more than 1 MB, with 26 bytes for each event', async () => {
    const message = 'x'.repeat(1_048_576 - 25);
    const logEvents = [{ timestamp: Date.now(), message }];
    await expect(
      client.send(new PutLogEventsCommand({ logGroupName, logStreamName: 's', logEvents })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('CloudWatch Logs rejects by name', () => {
  const logGroupName = '/g/rejects';
  beforeAll(() => logs.createGroup(logGroupName));

  it.each([
    ['kmsKeyId', new CreateLogGroupCommand({ logGroupName: '/g/k', kmsKeyId: 'k' })],
    ['tags', new CreateLogGroupCommand({ logGroupName: '/g/k', tags: { a: 'b' } })],
    [
      'logGroupClass',
      new CreateLogGroupCommand({ logGroupName: '/g/k', logGroupClass: 'DELIVERY' }),
    ],
    ['unmask true', new FilterLogEventsCommand({ logGroupName, unmask: true })],
    ['logGroupName', new CreateLogGroupCommand({ logGroupName: 'a b' })],
    ['retentionInDays', new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 })],
    ['orderBy', new DescribeLogStreamsCommand({ logGroupName, orderBy: 'Name' as never })],
    ['limit', new FilterLogEventsCommand({ logGroupName, limit: 10_001 })],
    [
      'logStreamNames',
      new FilterLogEventsCommand({
        logGroupName,
        logStreamNames: ['s'],
        logStreamNamePrefix: 's',
      }),
    ],
  ])('%s', async (name, command) => {
    await expect(client.send(command as never)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining(name),
    });
  });
});

describe('a filter pattern', () => {
  const message = '{"level":"ERROR","n":5,"order":{"id":"ord-7"},"gone":null,"text":"a card"}';

  it.each([
    ['ERROR card', true],
    ['ERROR missing', false],
    ['"a card"', true],
    ['"card a"', false],
    ['ERROR -card', false],
    ['?missing ?card', true],
    ['{ $.level = "ERROR" }', true],
    ['{ $.level = ERR* && $.n >= 5 }', true],
    ['{ $.level = "INFO" || $.order.id = "ord-*" }', true],
    ['{ ($.level = "INFO" || $.n > 5) && $.order.id = "ord-7" }', false],
    ['{ $.level != "INFO" }', true],
    ['{ $.missing NOT EXISTS }', true],
    ['{ $.gone IS NULL }', true],
  ])('%s', (pattern, expected) => {
    expect(parsePattern(pattern)(message)).toBe(expected);
  });

  it('is rejected with its text if it is malformed', () => {
    expect(() => parsePattern('{ $.a = ')).toThrow('Invalid filter pattern');
  });
});
