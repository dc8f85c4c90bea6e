import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, describe, expect, it, vi } from 'vitest';
import Submit from '../../commands/submit.ts';
import { samples } from '../../functions/contract/samples.ts';
import { schemas } from '../../src/cli/schemas/index.ts';
import { type Answer, type Call, fakeAws, xml } from '../aws/fake-aws.ts';

const arn = 'arn:aws:lambda:us-east-2:000000000000:function:f:live';
const outputs = ['OrderProcessingAliasArn', 'OrderProcessingFunctionArn']
  .map((key) => `<member><OutputKey>${key}</OutputKey><OutputValue>${arn}</OutputValue></member>`)
  .join('');
const stack = `<Stacks><member><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${outputs}</Outputs></member></Stacks>`;
const accepted: Answer = { status: 202, headers: { 'x-amz-durable-execution-arn': 'a' }, body: '' };
const conflict: Answer = {
  status: 409,
  headers: { 'x-amzn-errortype': 'DurableExecutionAlreadyStartedException' },
  body: '{"message":"exists"}',
};

const home = process.cwd();
afterEach(() => {
  process.chdir(home);
  process.exitCode = 0;
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Returns the executions with a name: one if it is `known`. */
function listExecutions(name: string | null): Answer {
  const execution = {
    DurableExecutionArn: `${arn}/durable-execution/${name}/1`,
    DurableExecutionName: name,
    FunctionArn: arn,
    Status: 'RUNNING',
    StartTimestamp: 1,
  };
  return { body: JSON.stringify({ DurableExecutions: name === 'known' ? [execution] : [] }) };
}

/**
 * Runs `orders submit` on a fake environment that responds to an invoke with `invokeResponse`, and rejects the order `taken`. `file`:
 * content of `orders.json`.
 */
async function submit(argv: readonly string[], invokeResponse = accepted, file = '') {
  using aws = await fakeAws(({ name, query, body }: Call) => {
    if (name.startsWith('Action')) return xml('DescribeStacks', stack);
    if (name.startsWith('GET')) return listExecutions(query.get('DurableExecutionName'));
    return body.includes('"taken"') ? conflict : invokeResponse;
  });
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'orders-')));
  const config = { environments: { fake: { endpoint: aws.url } } };
  writeFileSync(join(root, 'orders.config.json'), JSON.stringify(config));
  writeFileSync(join(root, 'orders.json'), file);
  process.chdir(root);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += String(text);
      return true;
    });
  }
  await Submit.run([...argv, '--env', 'fake'], { root: home });
  const { exitCode } = process;
  vi.restoreAllMocks();
  return { ...written, exitCode, calls: aws.calls };
}

it('prints only the id with -o id', async () => {
  const { stdout, exitCode } = await submit(['--sample', 'low', '--id', 'web-5512', '-o', 'id']);
  expect(stdout).toBe('web-5512\n');
  expect(exitCode ?? 0).toBe(0);
});

it('prints the accepted order to stdout and the next command to stderr', async () => {
  const { stdout, stderr } = await submit(['--sample', 'multi', '--id', 'web-5512']);
  expect(stdout).toContain('web-5512 accepted · CUST-003 · 3 items · $1,509.96 → fake');
  expect(stderr).toContain('orders watch -e fake web-5512');
});

it('prints one JSON document, also for an error', async () => {
  const good = await submit(['--sample', 'low', '--id', 'web-5512', '--json']);
  expect(JSON.parse(good.stdout)).toMatchObject({
    ok: true,
    data: { orderId: 'web-5512', total: 91.98 },
    meta: { env: 'fake' },
  });
  const bad = await submit(['--sample', 'low', '--id', 'web-5512', '--json'], conflict);
  expect(JSON.parse(bad.stdout)).toMatchObject({ ok: false, error: { code: 'Conflict', exit: 6 } });
  expect(bad.exitCode).toBe(6);
});

it('reports the field of an invalid order, exits with 2 and starts nothing', async () => {
  const argv = ['--customer', 'C', '--email', 'nobody', '--item', 'BOOK:1:5'];
  const { stderr, stdout, exitCode, calls } = await submit(argv);
  expect(stderr).toContain('customerEmail must be an e-mail address');
  expect({ stdout, exitCode, calls }).toEqual({ stdout: '', exitCode: 2, calls: [] });
});

it('reports an order that was submitted before', async () => {
  const again = await submit(['--sample', 'low', '--id', 'known']);
  expect(again.stdout).toContain('known was accepted before');
  for (const [id, created] of [
    ['known', false],
    ['new', true],
  ] as const) {
    const { stdout } = await submit(['--sample', 'low', '--id', id, '--json']);
    expect(JSON.parse(stdout).data.created).toBe(created);
  }
});

it('prints the event of --dry-run --json in the form of its schema, and sends nothing', async () => {
  const { stdout, calls } = await submit(['--sample', 'low', '--dry-run', '--json']);
  const document = v.parse(schemas['submit-dry-run'], JSON.parse(stdout));
  expect(document.data).toMatchObject({ order: samples['low'] });
  expect(calls).toEqual([]);
});

describe('a file with several orders', () => {
  const order = samples['low'];
  const lines = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');
  const named = (orderId: string) => ({ orderId, order });

  it('is submitted order by order, and the exit code is 13 if one is refused', async () => {
    const file = lines(order, named('known'), named('taken'));
    const { stdout, stderr, exitCode } = await submit(['orders.json'], accepted, file);
    expect(exitCode).toBe(13);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stdout).toContain('known was accepted before');
    expect(stderr).toContain('line 3: taken already exists');
    expect(stderr).toContain('3 orders: 1 accepted, 1 existed, 1 failed');
  });

  it('may be a JSON array, and is reported as one document', async () => {
    const file = JSON.stringify([order, named('taken')], null, 2);
    const { stdout, exitCode } = await submit(['orders.json', '--json'], accepted, file);
    expect(exitCode).toBe(13);
    expect(v.parse(schemas['submit-batch'], JSON.parse(stdout)).data).toMatchObject([
      { line: 2, created: true },
      { orderId: 'taken', error: { code: 'Conflict', exit: 6 } },
    ]);
  });

  it('exits with the code of all refusals', async () => {
    const file = lines(named('taken'), named('taken-too'));
    const { exitCode } = await submit(['orders.json'], conflict, file);
    expect(exitCode).toBe(6);
  });

  it('is printed by --dry-run in a form that can be submitted', async () => {
    const { stdout, calls } = await submit(
      ['orders.json', '--dry-run'],
      accepted,
      lines(order, order),
    );
    const printed = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(printed).toMatchObject([{ order }, { order }]);
    expect(calls).toEqual([]);
    const { stdout: again } = await submit(['orders.json', '-o', 'id'], accepted, stdout);
    const ids: string[] = printed.map(({ orderId }) => orderId);
    expect(again.trim().split('\n').sort()).toEqual(ids.sort());
  });

  it.each([
    ['an invalid order', lines(order, { ...order, items: 5 }), 'line 2: The order is not valid'],
    ['text that is not JSON', `${lines(order)}\n{"customerId":`, 'line 2 is not JSON'],
    ['an id twice', lines(named('a'), named('a')), 'line 2: a is also on line 1'],
    ['an id with another meaning', lines(order, named('latest')), 'orderId "latest"'],
    ['no orders', '[]', 'contains no orders'],
  ])('is rejected as a whole with %s', async (_, file, problem) => {
    const { stderr, exitCode, calls } = await submit(['orders.json'], accepted, file);
    expect({ exitCode, calls }).toEqual({ exitCode: 2, calls: [] });
    expect(stderr).toContain(problem);
  });

  it('does not combine with flags for one order', async () => {
    const file = lines(order, order);
    const { stderr, exitCode } = await submit(['orders.json', '--id', 'a'], accepted, file);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('apply to a single order');
  });
});
