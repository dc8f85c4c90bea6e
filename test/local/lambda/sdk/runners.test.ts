import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import {
  type CloudDurableTestRunner,
  type DurableOperation,
  LocalDurableTestRunner,
  type TestResult,
  WaitingOperationStatus,
} from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { full } from '../../../support/full.ts';
import { type CaseName, cases, handler } from './cases.ts';
import { deployCases } from './deployed.ts';

let lambda: Awaited<ReturnType<typeof deployCases>>;

beforeAll(async () => {
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
  lambda = await deployCases();
  vi.stubEnv('LAMBDA_TASK_ROOT', lambda.directory);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await LocalDurableTestRunner.teardownTestEnvironment();
  await lambda.close();
});

const detailsByType: Readonly<Record<string, (operation: DurableOperation) => object | undefined>> =
  {
    STEP: (operation) => operation.getStepDetails(),
    CONTEXT: (operation) => operation.getContextDetails(),
    CALLBACK: (operation) => operation.getCallbackDetails(),
    // The runner for the cloud omits the result of a chained invocation. The result of the execution shows it.
    WAIT: (operation) => operation.getWaitDetails(),
  };

/** Returns the outcome of an operation, without data that differs in every run. */
function toOutcome(operation: DurableOperation) {
  const details = detailsByType[operation.getType() ?? '']?.(operation) ?? {};
  const { result, error, waitSeconds } = details as {
    result?: unknown;
    error?: { errorMessage?: string };
    waitSeconds?: number;
  };
  return {
    name: operation.getName(),
    type: operation.getType(),
    subType: operation.getSubType(),
    status: operation.getStatus(),
    children: (operation.getChildOperations() ?? []).map((child) => child.getName()),
    result,
    // The runner for the cloud keeps the error of a failed attempt after a successful retry.
    error: operation.getStatus() === 'SUCCEEDED' ? undefined : error?.errorMessage,
    waitSeconds,
  };
}

function toOutcomes(result: TestResult) {
  const failed = result.getStatus() !== 'SUCCEEDED';
  return {
    status: result.getStatus(),
    result: failed ? undefined : (result.getResult() as unknown),
    error: failed ? result.getError().errorMessage : undefined,
    operations: result.getOperations().map(toOutcome),
  };
}

type Runner = LocalDurableTestRunner | CloudDurableTestRunner;

/** External actions on the operations of a case while it runs. */
const externalActions: Partial<Record<CaseName, (runner: Runner) => Promise<unknown>>> = {
  callback: async (runner) => {
    const callback = runner.getOperation('cb');
    await callback.waitForData(WaitingOperationStatus.STARTED);
    return callback.sendCallbackSuccess('"yes"');
  },
  callbackWithHeartbeat: async (runner) => {
    const callback = runner.getOperation('cb');
    await callback.waitForData(WaitingOperationStatus.STARTED);
    await callback.sendCallbackHeartbeat();
    return callback.sendCallbackFailure({ ErrorType: 'Refused', ErrorMessage: 'not today' });
  },
  twoCallbacks: async (runner) => {
    for (const name of ['stock', 'approval']) {
      const callback = runner.getOperation(name);
      await callback.waitForData(WaitingOperationStatus.STARTED);
      await callback.sendCallbackSuccess(JSON.stringify(name));
    }
  },
  waitForCallback: async (runner) => {
    const callback = runner.getOperation('wcb');
    await callback.waitForData(WaitingOperationStatus.SUBMITTED);
    return callback.sendCallbackSuccess('"done"');
  },
};

async function play(runner: Runner, name: CaseName) {
  const running = runner.run({ payload: { case: name } });
  await externalActions[name]?.(runner);
  return toOutcomes(await running);
}

function createLocalRunner(name: CaseName): LocalDurableTestRunner {
  const play = cases[name] as (context: DurableContext) => Promise<unknown>;
  const runner = new LocalDurableTestRunner({
    handlerFunction: withDurableExecution((_, context: DurableContext) => play(context)),
  });
  runner.registerFunction('plain', async (event: { fail?: boolean }) => {
    if (event.fail) throw new TypeError('bad input');
    return { got: event };
  });
  runner.registerDurableFunction('child:1', handler);
  return runner;
}

/** Cases that AWS's local runner does not support, runs in real time, or continues in an invocation that AWS ends. */
const notComparable = new Set<CaseName>([
  'invokeChildTimingOut',
  'invokeMissing',
  'invokeUnqualified',
  'invokeForTenant',
  'invokeSlow',
  'callbackDuringWait',
  'callbackTimingOut',
  'callbackWithoutHeartbeat',
  'race',
  'changing',
]);
/** Cases of the short run: each type of operation, its failures, and actions from outside. */
const shortRun = new Set<CaseName>([
  'stepRetried',
  'stepFailing',
  'twoWaits',
  'contextFailing',
  'largeContext',
  'condition',
  'parallelFailing',
  'flatMap',
  'callbackWithHeartbeat',
  'twoCallbacks',
  'waitForCallback',
  'invokePlain',
  'invokeChildFailing',
]);
const compared = (Object.keys(cases) as CaseName[]).filter((name) =>
  full ? !notComparable.has(name) : shortRun.has(name),
);

describe("AWS's runner for the cloud, on this runtime, has the same result as AWS's local runner for", () => {
  const results = new Map<CaseName, ReturnType<typeof play>>();

  beforeAll(() => {
    for (const name of compared) {
      const type = externalActions[name] ? 'Event' : 'RequestResponse';
      const running = play(lambda.runner(type), name);
      running.catch(() => undefined);
      results.set(name, running);
    }
  });

  it.each(compared)('%s', async (name) => {
    const expected = await play(createLocalRunner(name), name);
    expect(await results.get(name)).toEqual(expected);
  });
});
