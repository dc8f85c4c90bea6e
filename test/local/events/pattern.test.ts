import { expect, it } from 'vitest';
import { matchesPattern } from '../../../src/local/events/pattern.ts';

const event = {
  source: 'aws.lambda',
  'detail-type': 'Durable Execution Status Change',
  resources: ['arn:one', 'arn:two'],
  detail: { status: 'STOPPED', functionArn: 'arn:function:orders-workflow:3', count: 2 },
};

it.each([
  [{ source: ['aws.lambda'] }, true],
  [{ source: ['aws.s3', 'aws.lambda'] }, true],
  [{ source: ['aws.s3'] }, false],
  [{ source: ['aws.lambda'], detail: { status: ['FAILED', 'STOPPED'] } }, true],
  [{ source: ['aws.lambda'], detail: { status: ['FAILED'] } }, false],
  [{ resources: ['arn:two'] }, true],
  [{ detail: { functionArn: [{ prefix: 'arn:function:orders-' }] } }, true],
  [{ detail: { functionArn: [{ suffix: ':4' }] } }, false],
  [{ detail: { endTimestamp: [{ exists: false }] } }, true],
  [{ detail: { status: [{ exists: false }] } }, false],
  [{ detail: { status: [{ 'anything-but': ['RUNNING', 'SUCCEEDED'] }] } }, true],
  [{ detail: { status: [{ 'anything-but': { prefix: 'STOP' } }] } }, false],
  [{ detail: { count: [2] } }, true],
  [{ detail: { count: ['2'] } }, false],
  [{ detail: { missing: { deeper: ['x'] } } }, false],
])('%j matches: %s', (pattern, expected) => {
  expect(matchesPattern(pattern, event)).toBe(expected);
});
