import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { listNewFaults } from './recorded-responses.ts';

/** A recorded response with a member that the API does not have. */
const recorded = JSON.stringify({
  request: { method: 'POST', url: '/', headers: { 'x-amz-target': 'AmazonSQS.GetQueueUrl' } },
  response: { headers: {}, body: '{"QueueUrl":"http://localhost","Wrong":1}' },
});

it('reports the fault of a response once, when its line is complete', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orders-responses-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'responses');
  const faults = ['GetQueueUrl: .Wrong: is unknown'];
  appendFileSync(file, recorded.slice(0, 40));
  expect(listNewFaults(file)).toEqual([]);
  appendFileSync(file, `${recorded.slice(40)}\n`);
  expect(listNewFaults(file)).toEqual(faults);
  expect(listNewFaults(file)).toEqual([]);
  appendFileSync(file, `${recorded}\n`);
  expect(listNewFaults(file)).toEqual(faults);
});
