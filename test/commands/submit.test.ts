import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import Submit from '../../commands/submit.ts';
import { type Answer, type Call, fakeAws, xml } from '../aws/fake-aws.ts';

const arn = 'arn:aws:lambda:us-east-2:000000000000:function:f:live';
const stack = `<Stacks><member><StackStatus>CREATE_COMPLETE</StackStatus><Outputs><member><OutputKey>OrderProcessingAliasArn</OutputKey><OutputValue>${arn}</OutputValue></member></Outputs></member></Stacks>`;
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

/** Runs `orders submit` on a fake environment that responds to an invoke with `invokeResponse`. */
async function submit(argv: readonly string[], invokeResponse = accepted) {
  using aws = await fakeAws(({ name }: Call) =>
    name.startsWith('Action') ? xml('DescribeStacks', stack) : invokeResponse,
  );
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'orders-')));
  const config = { environments: { fake: { endpoint: aws.url } } };
  writeFileSync(join(root, 'orders.config.json'), JSON.stringify(config));
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
