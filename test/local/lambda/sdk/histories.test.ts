import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseCases } from '../../../support/full.ts';
import type { CaseName } from './cases.ts';
import { deployCases } from './deployed.ts';

let lambda: Awaited<ReturnType<typeof deployCases>>;

beforeAll(async () => {
  lambda = await deployCases();
});
afterAll(() => lambda.close());

type Result = Awaited<ReturnType<Awaited<ReturnType<typeof deployCases>>['run']>>;

/** Returns a history without its first event, in short form: types and names, with attempt and next delay of steps. */
function outline(result: Result): string[] {
  const events = result.getHistoryEvents();
  expect(events.map(({ EventId }) => EventId)).toEqual(events.map((_, index) => index + 1));
  expect(events[0]?.EventType).toBe('ExecutionStarted');
  return events.slice(1).map(({ EventType = '', Name, ...event }) => {
    if (EventType === 'InvocationCompleted') return 'IC';
    if (EventType.startsWith('Execution')) return EventType;
    const retry = (event.StepFailedDetails ?? event.StepSucceededDetails)?.RetryDetails;
    const attempt = retry?.CurrentAttempt ? ` ${retry.CurrentAttempt}` : '';
    const delay = retry?.NextAttemptDelaySeconds ? `+${retry.NextAttemptDelaySeconds}` : '';
    return `${EventType}${Name ? ` ${Name}` : ''}${attempt}${delay}`;
  });
}

const startAndEnd = (from: string, to: string, names: readonly string[]) => [
  ...names.map((name) => `${from} ${name}`),
  ...names.map((name) => `${to} ${name}`),
];

/**
 * Expected events of each case after ExecutionStarted, and the error of an execution that fails. Most come from AWS's conformance
 * suite; the others extend it in the same form.
 */
const histories: [name: CaseName, events: string, failure?: string][] = [
  ['step', 'StepStarted a, StepSucceeded a 1, IC'],
  ['stepWithoutResult', 'StepStarted a, StepSucceeded a 1, IC'],
  [
    'stepRetried',
    'StepStarted a, StepFailed a 1+1, IC, StepStarted a, StepFailed a 2+1, IC, StepStarted a, StepSucceeded a 3, IC',
  ],
  [
    'stepFailing',
    'StepStarted a, StepFailed a 1+1, IC, StepStarted a, StepFailed a 2+1, IC, StepStarted a, StepFailed a 3+1, IC, ' +
      'StepStarted a, StepFailed a 4, IC',
    'StepError: no',
  ],
  ['stepAtMostOnce', 'StepStarted a, StepSucceeded a 1, IC'],
  ['stepThenWait', 'StepStarted a, StepSucceeded a 1, WaitStarted w, IC, WaitSucceeded w, IC'],
  [
    'twoWaits',
    'WaitStarted first, IC, WaitSucceeded first, WaitStarted second, IC, WaitSucceeded second, IC',
  ],
  [
    'context',
    'ContextStarted outer, StepStarted a, StepSucceeded a 1, ContextStarted inner, StepStarted b, StepSucceeded b 1, ' +
      'ContextSucceeded inner, ContextSucceeded outer, IC',
  ],
  [
    'contextFailing',
    'ContextStarted outer, StepStarted a, StepFailed a 1, ContextFailed outer, IC',
    'ChildContextError: within',
  ],
  [
    'contextOverWait',
    'ContextStarted outer, StepStarted a, StepSucceeded a 1, WaitStarted w, IC, WaitSucceeded w, StepStarted b, ' +
      'StepSucceeded b 1, ContextSucceeded outer, IC',
  ],
  [
    'largeContext',
    'ContextStarted large, StepStarted a, StepSucceeded a 1, ContextSucceeded large, WaitStarted w, IC, ' +
      'WaitSucceeded w, IC',
  ],
  [
    'condition',
    'StepStarted c, StepSucceeded c 1+1, IC, StepStarted c, StepSucceeded c 2+1, IC, StepStarted c, StepSucceeded c 3, IC',
  ],
  ['conditionFailing', 'StepStarted c, StepFailed c 1, IC', 'StepError: cannot tell'],
  [
    'parallelWaits',
    'ContextStarted p, ContextStarted parallel-branch-0, ContextStarted parallel-branch-1, WaitStarted short, ' +
      'WaitStarted long, IC, WaitSucceeded short, ContextSucceeded parallel-branch-0, IC, WaitSucceeded long, ' +
      'ContextSucceeded parallel-branch-1, ContextSucceeded p, IC',
  ],
  [
    'firstOfThree',
    'ContextStarted p, ContextStarted parallel-branch-0, StepStarted s1, StepSucceeded s1 1, ' +
      'ContextSucceeded parallel-branch-0, ContextSucceeded p, IC',
  ],
  [
    'map',
    [
      'ContextStarted m',
      ...['map-item-0', 'map-item-1', 'map-item-2'].map((name) => `ContextStarted ${name}`),
      ...startAndEnd('StepStarted', 'StepSucceeded', ['double', 'double', 'double']).map((event) =>
        event.replace(/^StepSucceeded.*/, '$& 1'),
      ),
      ...['map-item-0', 'map-item-1', 'map-item-2'].map((name) => `ContextSucceeded ${name}`),
      'ContextSucceeded m, IC',
    ].join(', '),
  ],
  [
    'flatMap',
    'ContextStarted m, StepStarted double, StepStarted double, StepStarted double, StepSucceeded double 1, ' +
      'StepSucceeded double 1, StepSucceeded double 1, ContextSucceeded m, IC',
  ],
  [
    'race',
    'StepStarted a, ContextStarted slow, WaitStarted w, ContextStarted first, StepSucceeded a 1, ' +
      'ContextSucceeded first, IC',
  ],
  [
    'callbackTimingOut',
    'CallbackStarted cb, IC, CallbackTimedOut cb, IC',
    'CallbackTimeoutError: Callback timed out',
  ],
  [
    'callbackWithoutHeartbeat',
    'CallbackStarted cb, IC, CallbackTimedOut cb, IC',
    'CallbackTimeoutError: Callback timed out on heartbeat',
  ],
  [
    'submitterFailing',
    'ContextStarted wcb, CallbackStarted, StepStarted, StepFailed 1, ContextFailed wcb, IC',
    'CallbackSubmitterError: cannot submit',
  ],
  ['invokePlain', 'ChainedInvokeStarted call, IC, ChainedInvokeSucceeded call, IC'],
  [
    'invokeFailing',
    'ChainedInvokeStarted call, IC, ChainedInvokeFailed call, IC',
    'InvokeError: bad input',
  ],
  ['invokeDurable', 'ChainedInvokeStarted call, IC, ChainedInvokeSucceeded call, IC'],
  ['invokeWithoutInput', 'ChainedInvokeStarted call, IC, ChainedInvokeSucceeded call, IC'],
  [
    'invokeChildFailing',
    'ChainedInvokeStarted call, IC, ChainedInvokeFailed call, IC',
    'InvokeError: no',
  ],
  [
    'invokeChildTimingOut',
    'ChainedInvokeStarted call, IC, ChainedInvokeTimedOut call, IC',
    'InvokeError: Execution timed out after 5 seconds.',
  ],
  [
    'invokeMissing',
    'ChainedInvokeStarted call, IC, ChainedInvokeFailed call, IC',
    'InvokeError: Function not found: arn:aws:lambda:us-east-2:000000000000:function:nobody:1',
  ],
  [
    'invokeUnqualified',
    'ChainedInvokeStarted call, IC, ChainedInvokeFailed call, IC',
    'InvokeError: You cannot invoke a durable function using an unqualified ARN.',
  ],
  [
    'invokeInContext',
    'ContextStarted outer, ChainedInvokeStarted call, IC, ChainedInvokeSucceeded call, ContextSucceeded outer, IC',
  ],
  [
    'invokeDuringStep',
    'ContextStarted p, ContextStarted parallel-branch-0, ContextStarted parallel-branch-1, StepStarted busy, ' +
      'ChainedInvokeStarted call, StepSucceeded busy 1, ContextSucceeded parallel-branch-1, IC, ' +
      'ChainedInvokeSucceeded call, ContextSucceeded parallel-branch-0, ContextSucceeded p, IC',
  ],
  [
    'waitDuringStep',
    'ContextStarted p, ContextStarted parallel-branch-0, ContextStarted parallel-branch-1, WaitStarted w, ' +
      'StepStarted busy, WaitSucceeded w, ContextSucceeded parallel-branch-0, StepSucceeded busy 1, ' +
      'ContextSucceeded parallel-branch-1, ContextSucceeded p, IC',
  ],
  [
    'changing',
    'WaitStarted w, IC, WaitSucceeded w, IC',
    'NonDeterministicExecutionError: [Unrecoverable Execution] Non-deterministic execution detected',
  ],
];

/** Cases of the short run: each type of operation, with its success and its failure. */
const shortRun = [
  'step',
  'stepFailing',
  'twoWaits',
  'contextFailing',
  'contextOverWait',
  'condition',
  'parallelWaits',
  'map',
  'race',
  'callbackTimingOut',
  'submitterFailing',
  'invokeFailing',
  'invokeDurable',
  'invokeInContext',
  'changing',
];

describe('the history of a handler', () => {
  it.each(chooseCases(histories, shortRun))('%s', async (name, events, failure) => {
    const result = await lambda.run(name);
    const end = failure ? 'ExecutionFailed' : 'ExecutionSucceeded';
    expect(outline(result)).toEqual([...events.split(', '), end]);
    if (!failure) return;
    const { errorType, errorMessage } = result.getError();
    expect(`${errorType}: ${errorMessage}`).toContain(failure);
  });
});

it('contains function, input and execution of a chained invocation', async () => {
  const details = async (name: CaseName) => {
    const result = await lambda.run(name);
    return result.getHistoryEvents().find((event) => event.ChainedInvokeStartedDetails)
      ?.ChainedInvokeStartedDetails;
  };
  expect(await details('invokeDurable')).toEqual({
    FunctionName: 'child:1',
    Input: { Payload: '{"case":"stepThenWait"}', Truncated: false },
    ExecutedVersion: '1',
    DurableExecutionArn: expect.stringContaining(':function:child:1/durable-execution/'),
  });
  expect(await details('invokeForTenant')).toMatchObject({
    FunctionName: 'plain',
    TenantId: 'blue',
    ExecutedVersion: '$LATEST',
  });
});
