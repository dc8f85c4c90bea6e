import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import {
  type CloudDurableTestRunner,
  type DurableOperation,
  LocalDurableTestRunner,
  type TestResult,
  WaitingOperationStatus,
} from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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

const detailsOf: Readonly<Record<string, (operation: DurableOperation) => object | undefined>> = {
  STEP: (operation) => operation.getStepDetails(),
  CONTEXT: (operation) => operation.getContextDetails(),
  CALLBACK: (operation) => operation.getCallbackDetails(),
  // What a chained invocation came to is left out by the runner for the cloud; the execution's result shows it.
  WAIT: (operation) => operation.getWaitDetails(),
};

/** What an operation came to, without what is different in every run. */
function outcome(operation: DurableOperation) {
  const details = detailsOf[operation.getType() ?? '']?.(operation) ?? {};
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
    children: (operation.getChildOperations() ?? []).map((each) => each.getName()),
    result,
    // The runner for the cloud keeps the error of an attempt that was retried.
    error: operation.getStatus() === 'SUCCEEDED' ? undefined : error?.errorMessage,
    waitSeconds,
  };
}

function outcomes(result: TestResult) {
  const failed = result.getStatus() !== 'SUCCEEDED';
  return {
    status: result.getStatus(),
    result: failed ? undefined : (result.getResult() as unknown),
    error: failed ? result.getError().errorMessage : undefined,
    operations: result.getOperations().map(outcome),
  };
}

type Runner = LocalDurableTestRunner | CloudDurableTestRunner;

/** What the outside world does to the operation of a case while that runs. */
const outside: Partial<Record<CaseName, (runner: Runner) => Promise<unknown>>> = {
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
  await outside[name]?.(runner);
  return outcomes(await running);
}

function locally(name: CaseName): LocalDurableTestRunner {
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

/** These the local runner of AWS does not know, or it plays them in real time, or it goes on where AWS suspends. */
const gaps = new Set<CaseName>([
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
const compared = (Object.keys(cases) as CaseName[]).filter((name) => !gaps.has(name));

describe("AWS's own runners agree, the one for the cloud on this runtime and the local one, on", () => {
  const ours = new Map<CaseName, ReturnType<typeof play>>();

  beforeAll(() => {
    for (const name of compared) {
      const type = outside[name] ? 'Event' : 'RequestResponse';
      const playing = play(lambda.runner(type), name);
      playing.catch(() => undefined);
      ours.set(name, playing);
    }
  });

  it.each(compared)('%s', async (name) => {
    const theirs = await play(locally(name), name);
    expect(await ours.get(name)).toEqual(theirs);
  });
});
