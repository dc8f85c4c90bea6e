import { expect, it } from 'vitest';
import type { HandlerJob } from '../../../src/local/lambda/handler-job.ts';
import { JobQueue } from '../../../src/local/lambda/job-queue.ts';

it('takes awaited jobs first, in order, but every fourth time a start', () => {
  const queue = new JobQueue<{ readonly job: HandlerJob; readonly name: string }>();
  const add = (name: string, isStart: boolean) =>
    queue.add({ job: { isStart } as HandlerJob, name });
  for (const name of ['s1', 's2', 's3']) add(name, true);
  for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) add(name, false);
  const taken: string[] = [];
  for (let next = queue.peek(); next; next = queue.peek()) {
    taken.push(next.name);
    queue.shift();
  }
  expect(taken).toEqual(['a1', 'a2', 'a3', 's1', 'a4', 'a5', 's2', 's3']);
});
