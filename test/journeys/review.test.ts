import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { answeredSchema, callbacksSchema } from '../../src/cli/schemas/callback.ts';
import { decidedSchema, parkedSchema } from '../../src/cli/schemas/review.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;

beforeAll(async () => {
  project = aProject();
  await project.orders('local', 'start', '--time-scale', '240');
});
afterAll(() => project.close());

const statusOf = async (orderId: string) => (await project.ask('get', orderId)).status;
const parked = async () => v.parse(parkedSchema, await project.ask('review', 'list'));

/** An order that waits for its review. */
async function park(): Promise<string> {
  const { orderId } = await project.ask('submit', '--sample', 'fraud-review');
  await vi.waitUntil(async () => (await statusOf(orderId)) === 'awaiting-review', 10_000);
  return orderId;
}

it('parks an order in doubt, shows it to the reviewers, and completes it once one approves, also when the runtime is killed twice', async () => {
  const orderId = await park();
  await project.killRuntime();
  expect(await parked()).toContainEqual(
    expect.objectContaining({ orderId, score: 75, customerId: 'FRAUD-REVIEW', total: 3500 }),
  );
  const told = await project.ask('review', 'approve', orderId, '--by', 'alice', '--note', 'called');
  expect(v.parse(decidedSchema, told).decision).toMatchObject({ by: 'alice', note: 'called' });
  await project.killRuntime();
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(0);
  const { order } = await project.ask('get', orderId);
  expect(order.review.decision).toEqual(told.decision);
  expect(order.transitions.map(({ status }: { status: string }) => status)).toContain(
    'awaiting-review',
  );
  expect(await parked()).not.toContainEqual(expect.objectContaining({ orderId }));
});

it('undoes an order that a reviewer rejects, and says who and why', async () => {
  const orderId = await park();
  const told = await project.orders('review', 'reject', orderId, '--by', 'bob', '--note', 'stolen');
  expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('is rejected') });
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(10);
  const { order } = await project.ask('get', orderId);
  expect(order).toMatchObject({
    status: 'failed',
    failure: { stage: 'fraud-check', code: 'review-rejected' },
    review: { decision: { decision: 'reject', by: 'bob', note: 'stolen' } },
    undos: [
      { undo: 'release-inventory', outcome: 'done' },
      { undo: 'refund-payment', outcome: 'done' },
    ],
  });
  expect((await project.orders('get', orderId)).stdout).toMatch(
    /review +score 75.*reject by bob.*: stolen/,
  );
});

it('rejects an order by itself when its time is up', async () => {
  const orderId = await park();
  await project.orders('local', 'advance', '12h');
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(10);
  expect((await project.ask('get', orderId)).order.failure.code).toBe('review-timed-out');
});

it('undoes an order that is cancelled while it is parked', async () => {
  const orderId = await park();
  const [told] = await project.ask('cancel', orderId, '--wait');
  expect(told).toMatchObject({ orderId, status: 'cancelled' });
  const late = await project.orders('review', 'approve', orderId);
  expect(late).toMatchObject({ code: 6, stderr: expect.stringContaining('it is cancelled') });
});

it('refuses to decide about an order that does not wait, was decided, or does not exist', async () => {
  const orderId = await park();
  await project.ask('review', 'approve', orderId);
  const { code } = await project.orders('review', 'reject', orderId);
  expect(code).toBe(6);
  expect((await project.orders('review', 'approve', 'order-nobodyknow')).code).toBe(5);
  expect((await project.orders('review', 'approve')).code).toBe(2);
  const long = await project.orders('review', 'approve', orderId, '--note', 'x'.repeat(501));
  expect(long).toMatchObject({ code: 2, stderr: expect.stringContaining('--note') });
});

it('lists a review among the callbacks, refuses what is no decision with a pointer, and takes one that is', async () => {
  const orderId = await park();
  const listed = v.parse(callbacksSchema, await project.ask('callback', 'list'));
  const [named] = v.parse(callbacksSchema, await project.ask('callback', 'list', orderId));
  expect(listed).toContainEqual(expect.objectContaining({ orderId, step: 'await-review' }));
  expect(named).toMatchObject({ orderId, step: 'await-review' });
  const known = listed.find((each) => each.orderId === orderId);
  const apart = Date.parse(named?.timesOutAt ?? '') - Date.parse(known?.timesOutAt ?? '');
  expect(Math.abs(apart)).toBeLessThan(5000);

  for (const argv of [[], ['--result', '{"decision":"perhaps"}'], ['--result', '"yes"']]) {
    const wrong = await project.orders('callback', 'succeed', orderId, ...argv);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain(`orders review approve ${orderId}`);
  }
  const broken = await project.orders('callback', 'succeed', orderId, '--result', '{');
  expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining('is no JSON') });
  const missing = await project.orders('callback', 'succeed', orderId, '--result', '@nowhere');
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be read') });
  const other = await project.orders('callback', 'fail', orderId, 'manager-approval');
  expect(other).toMatchObject({ code: 5, stderr: expect.stringContaining('await-review') });
  expect((await project.orders('callback', 'heartbeat', orderId)).code).toBe(0);

  const decision = { decision: 'approve', by: 'erp', at: new Date().toISOString() };
  writeFileSync(join(project.root, 'answer.json'), JSON.stringify(decision));
  const told = await project.ask('callback', 'succeed', orderId, '--result', '@answer.json');
  expect(v.parse(answeredSchema, told)).toEqual({
    orderId,
    step: 'await-review',
    answer: 'succeed',
  });
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(0);
  expect((await project.ask('get', orderId)).order.review.decision.by).toBe('erp');
  expect((await project.orders('callback', 'fail', orderId)).code).toBe(5);
});

it('undoes an order whose review is answered with a failure', async () => {
  const orderId = await park();
  const told = await project.orders('callback', 'fail', orderId, '--error-message', 'no');
  expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('with a failure') });
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(10);
});
