import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callbacksSchema, respondedSchema } from '../../src/cli/schemas/callback.ts';
import {
  decidedBatchSchema,
  decidedSchema,
  ordersInReviewSchema,
} from '../../src/cli/schemas/review.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { waitForStatus } from '../support/wait-for-status.ts';

let project: Project;

beforeAll(async () => {
  project = await createDeployedProject('--time-scale', '240');
});
afterAll(() => project.close());

const statusOf = async (orderId: string) => (await project.runJson('get', orderId)).status;
const listInReview = async () =>
  v.parse(ordersInReviewSchema, await project.runJson('review', 'list'));

/** Submits an order that waits for its review. Returns its id. */
async function submitForReview(): Promise<string> {
  const { orderId } = await project.runJson('submit', '--sample', 'fraud-review');
  await waitForStatus(project, orderId, 'awaiting-review');
  return orderId;
}

it('lists a suspicious order for review, and completes it after approval, even if the runtime is killed twice', async () => {
  const orderId = await submitForReview();
  await project.killRuntime();
  expect(await listInReview()).toContainEqual(
    expect.objectContaining({ orderId, score: 75, customerId: 'FRAUD-REVIEW', total: 3500 }),
  );
  const result = await project.runJson(
    'review',
    'approve',
    orderId,
    '--by',
    'alice',
    '--note',
    'called',
  );
  expect(v.parse(decidedSchema, result).decision).toMatchObject({ by: 'alice', note: 'called' });
  await project.killRuntime();
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(0);
  const { order } = await project.runJson('get', orderId);
  expect(order.review.decision).toEqual(result.decision);
  expect(order.transitions.map(({ status }: { status: string }) => status)).toContain(
    'awaiting-review',
  );
  expect(await listInReview()).not.toContainEqual(expect.objectContaining({ orderId }));
});

it('decides about several orders, reports refusals, and shows the deadline of a review', async () => {
  const [first, second] = [await submitForReview(), await submitForReview()];
  const { stdout: listed } = await project.orders('list', '--status', 'awaiting-review');
  expect(listed).toContain(' review_due=');
  expect(listed).not.toContain('resumes=');
  const incomplete = await project.orders('callback', 'succeed', first, '--result', '{"ok":1}');
  expect([incomplete.code, incomplete.stderr]).toEqual([
    2,
    expect.stringContaining('(missing: decision, by, at; unknown: ok)'),
  ]);
  const { orderId: other } = await project.runJson('submit', '--sample', 'low', '--wait');
  const unknown = 'order-unknown0000';
  const argv = ['review', 'approve', first, other, unknown, second, '--json'];
  const { code, stdout } = await project.orders(...argv);
  expect(code).toBe(13);
  expect(v.parse(decidedBatchSchema, JSON.parse(stdout).data)).toMatchObject([
    { orderId: first, decision: { decision: 'approve' } },
    { orderId: other, refused: expect.stringContaining('does not wait for a review') },
    { orderId: unknown, refused: `No order "${unknown}" in local.` },
    { orderId: second, decision: { decision: 'approve' } },
  ]);
  const again = await project.orders('review', 'reject', first, other);
  expect([again.code, again.stderr]).toEqual([
    6,
    expect.stringContaining('2 orders: 0 rejected, 2 refused\n'),
  ]);
  const { stderr } = await project.orders('history', other, '--follow');
  expect(stderr).toContain('order completed after');
});

it('undoes a rejected order, and records the reviewer and the reason', async () => {
  const orderId = await submitForReview();
  const result = await project.orders(
    'review',
    'reject',
    orderId,
    '--by',
    'bob',
    '--note',
    'stolen',
  );
  expect(result).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('rejected; its completed steps are undone'),
  });
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(10);
  const { order } = await project.runJson('get', orderId);
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

const decisions = [
  ['approve', 'approved; it continues when it is resumed', 0],
  ['reject', 'rejected; its completed steps are undone when it is resumed', 10],
] as const;

it.each(full ? decisions : decisions.slice(1))(
  'says that a paused order continues after the resume: %s',
  async (decision, text, code) => {
    const orderId = await submitForReview();
    await project.runJson('pause', orderId);
    const decided = await project.orders('review', decision, orderId);
    expect(decided).toMatchObject({ code: 0, stdout: expect.stringContaining(text) });
    expect(decided.stderr).toContain(`orders resume ${orderId}`);
    expect(await statusOf(orderId)).toBe('awaiting-review');
    await project.runJson('resume', orderId);
    expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(code);
  },
);

it('rejects an order automatically at its deadline', async () => {
  const orderId = await submitForReview();
  await project.orders('local', 'advance', '12h');
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(10);
  expect((await project.runJson('get', orderId)).order.failure.code).toBe('review-timed-out');
});

it.runIf(full)('undoes an order that is cancelled during its review', async () => {
  const orderId = await submitForReview();
  const [result] = await project.runJson('cancel', orderId, '--wait');
  expect(result).toMatchObject({ orderId, status: 'cancelled' });
  const late = await project.orders('review', 'approve', orderId);
  expect(late).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('its status is cancelled'),
  });
});

it('rejects a decision about an order that does not wait, was decided or does not exist', async () => {
  const orderId = await submitForReview();
  await project.runJson('review', 'approve', orderId);
  const { code } = await project.orders('review', 'reject', orderId);
  expect(code).toBe(6);
  expect((await project.orders('review', 'approve', 'order-nobodyknow')).code).toBe(5);
  expect((await project.orders('review', 'approve')).code).toBe(2);
  const long = await project.orders('review', 'approve', orderId, '--note', 'x'.repeat(501));
  expect(long).toMatchObject({ code: 2, stderr: expect.stringContaining('--note') });
});

it('lists a review as a callback, rejects an invalid decision with a hint, and accepts a valid one', async () => {
  const orderId = await submitForReview();
  const listed = v.parse(callbacksSchema, await project.runJson('callback', 'list'));
  const [named] = v.parse(callbacksSchema, await project.runJson('callback', 'list', orderId));
  expect(listed).toContainEqual(expect.objectContaining({ orderId, step: 'await-review' }));
  expect(named).toMatchObject({ orderId, step: 'await-review' });
  const known = listed.find((callback) => callback.orderId === orderId);
  const apart = Date.parse(named?.timesOutAt ?? '') - Date.parse(known?.timesOutAt ?? '');
  expect(Math.abs(apart)).toBeLessThan(5000);

  for (const argv of [[], ['--result', '{"decision":"perhaps"}'], ['--result', '"yes"']]) {
    const wrong = await project.orders('callback', 'succeed', orderId, ...argv);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain(`orders review approve ${orderId}`);
  }
  const broken = await project.orders('callback', 'succeed', orderId, '--result', '{');
  expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining('is not valid JSON') });
  const missing = await project.orders('callback', 'succeed', orderId, '--result', '@nowhere');
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be read') });
  const other = await project.orders('callback', 'fail', orderId, 'manager-approval');
  expect(other).toMatchObject({ code: 5, stderr: expect.stringContaining('await-review') });
  expect((await project.orders('callback', 'heartbeat', orderId)).code).toBe(0);

  const decision = { decision: 'approve', by: 'erp', at: new Date().toISOString() };
  writeFileSync(join(project.root, 'answer.json'), JSON.stringify(decision));
  const result = await project.runJson('callback', 'succeed', orderId, '--result', '@answer.json');
  expect(v.parse(respondedSchema, result)).toEqual({
    orderId,
    step: 'await-review',
    answer: 'succeed',
  });
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(0);
  expect((await project.runJson('get', orderId)).order.review.decision.by).toBe('erp');
  expect((await project.orders('callback', 'fail', orderId)).code).toBe(5);
});

it.runIf(full)('undoes an order whose review callback fails', async () => {
  const orderId = await submitForReview();
  const result = await project.orders('callback', 'fail', orderId, '--error-message', 'no');
  expect(result).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('failed, as requested'),
  });
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(10);
});
