/** Histories of invocations that were slow: something ended while a checkpoint was under way, so that the handler did not suspend. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFinding } from '../../src/replay/describe-finding.ts';
import type { RecordedEvent, Recording } from '../../src/replay/recording.ts';
import type { Verdict } from '../../src/replay/verdict.ts';
import { createReplayer } from './recorder.ts';

let replayer: Awaited<ReturnType<typeof createReplayer>>;

beforeAll(async () => {
  replayer = await createReplayer();
});

afterAll(() => replayer.remove());

/** Returns a function with two branches. The left one has `first`, then the step "label"; the right one a step and a wait. */
const withBranches = (first: string) => `
import { withDurableExecution } from '@aws/durable-execution-sdk-js';

const retryStrategy = (_, attempt) => ({ shouldRetry: attempt < 3, delay: { seconds: 2 } });

export const handler = withDurableExecution((event, context) => Promise.all([
  context.runInChildContext('left', async (branch) => {
    await ${first};
    return branch.step('label', async () => 'dry');
  }),
  context.runInChildContext('right', async (branch) => {
    const box = await branch.step('box', async () => 'box');
    await branch.wait('rest', { seconds: 3 });
    return box;
  }),
]));
`;

/** Places of the operations in the code, from which the SDK makes their ids. */
const places = { left: '1', first: '1-1', label: '1-2', right: '2', box: '2-1', rest: '2-2' };

type Entry = readonly [eventType: string, name?: keyof typeof places | undefined, details?: object];

const second = (at: number) => new Date(1_800_000_000_000 + at * 1000).toISOString();
const idOf = (place: string) => createHash('md5').update(place).digest('hex').slice(0, 16);

/** Returns the event that happens `at` seconds after the first one. */
function toEvent([EventType, name, details = {}]: Entry, at: number): RecordedEvent {
  const event = { EventId: at + 1, EventType, EventTimestamp: second(at) };
  if (name === undefined) return { ...event, Id: 'execution', [`${EventType}Details`]: details };
  const place = places[name];
  const [type = ''] = /^(Step|Wait|Context|ChainedInvoke)/.exec(EventType) ?? [];
  return {
    ...event,
    Id: idOf(place),
    Name: name,
    SubType: type === 'Context' ? 'RunInChildContext' : type,
    ...(place.includes('-') ? { ParentId: idOf(place.slice(0, 1)) } : {}),
    [`${EventType}Details`]: details,
  };
}

const payload = (value: unknown) => ({ Result: { Payload: JSON.stringify(value) } });
const completed = (start: number): Entry => [
  'InvocationCompleted',
  undefined,
  { StartTimestamp: second(start) },
];

const start: readonly Entry[] = [
  ['ExecutionStarted'],
  ['ContextStarted', 'left'],
  ['ContextStarted', 'right'],
];
const boxStarted: Entry = ['StepStarted', 'box'];
const boxSucceeded: Entry = ['StepSucceeded', 'box', payload('box')];
const restStarted: Entry = ['WaitStarted', 'rest', { Duration: 3 }];
const leftEnd: readonly Entry[] = [
  ['StepStarted', 'label'],
  ['StepSucceeded', 'label', payload('dry')],
  ['ContextSucceeded', 'left', payload('dry')],
];
const end: readonly Entry[] = [
  ['WaitSucceeded', 'rest'],
  ['ContextSucceeded', 'right', payload('box')],
  completed(20),
  ['ExecutionSucceeded', undefined, payload(['dry', 'box'])],
];

/** Returns a recording whose first invocation has these events after its start. */
function record(...entries: readonly Entry[]): Recording {
  const events = [...start, ...entries, completed(0), ...end].map(toEvent);
  const execution = { arn: 'arn:order', name: 'order', status: 'SUCCEEDED' };
  return { ...execution, input: '{}', environment: {}, events };
}

const waitCode = "branch.wait('first', { seconds: 3 })";
const waitStarted: Entry = ['WaitStarted', 'first', { Duration: 3 }];
const waitEnded: Entry = ['WaitSucceeded', 'first'];

const callCode = "branch.invoke('first', 'mail:1', {})";
const callStarted: Entry = [
  'ChainedInvokeStarted',
  'first',
  { FunctionName: 'mail:1', Input: { Payload: '{}' } },
];
const callEnded: Entry = ['ChainedInvokeSucceeded', 'first', payload('sent')];

const retryCode = "branch.step('first', async () => 1, { retryStrategy })";
const attemptStarted: Entry = ['StepStarted', 'first'];
const attemptFailed: Entry = [
  'StepFailed',
  'first',
  {
    Error: { Payload: { ErrorType: 'Error', ErrorMessage: 'busy' } },
    RetryDetails: { CurrentAttempt: 1, NextAttemptDelaySeconds: 2 },
  },
];
const retried: readonly Entry[] = [
  attemptStarted,
  ['StepSucceeded', 'first', payload(1)],
  ...leftEnd,
];

function describeVerdict(verdict: Verdict): string {
  return verdict.verdict === 'diverges' ? describeFinding(verdict.finding) : verdict.verdict;
}

/** Each case: the code of the left branch, and the events of the first invocation. */
const cases: readonly (readonly [name: string, code: string, events: readonly Entry[]])[] = [
  [
    'a wait ends before the next operation starts',
    waitCode,
    [waitStarted, boxStarted, boxSucceeded, waitEnded, ...leftEnd, restStarted],
  ],
  [
    'a wait ends after the last operation started',
    waitCode,
    [waitStarted, boxStarted, boxSucceeded, restStarted, waitEnded, ...leftEnd],
  ],
  [
    'a wait ends while a step runs',
    waitCode,
    [waitStarted, boxStarted, waitEnded, ...leftEnd, boxSucceeded, restStarted],
  ],
  [
    'a call ends after the last operation started',
    callCode,
    [callStarted, boxStarted, boxSucceeded, restStarted, callEnded, ...leftEnd],
  ],
  [
    'a retry is due while another step runs',
    retryCode,
    [attemptStarted, attemptFailed, boxStarted, ...retried, boxSucceeded, restStarted],
  ],
  [
    'a retry is due after the last operation started',
    retryCode,
    [attemptStarted, boxStarted, attemptFailed, boxSucceeded, restStarted, ...retried],
  ],
];

describe('unchanged code is identical, and a change behind it is reported', () => {
  let verdicts: readonly Verdict[];
  beforeAll(async () => {
    verdicts = await replayer.replayEach(
      cases.flatMap(([, code, events]) => {
        const source = withBranches(code);
        const recording = record(...events);
        return [
          { source, recording, isThorough: true },
          { source: source.replace("'label'", "'tag'"), recording },
        ];
      }),
    );
  });

  it.each(cases.map(([name], index) => [name, index] as const))('if %s', (_, index) => {
    expect(verdicts.slice(2 * index, 2 * index + 2).map(describeVerdict)).toEqual([
      'identical',
      'label: name is "tag" instead of "label"',
    ]);
  });
});
