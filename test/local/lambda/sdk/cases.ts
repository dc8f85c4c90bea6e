import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createLinearRetryStrategy,
  type DurableContext,
  NestingType,
  retryPresets,
  StepSemantics,
  withDurableExecution,
} from '@aws/durable-execution-sdk-js';

type Case = (context: DurableContext, input: Record<string, never>) => Promise<unknown>;

const attempts = (max: number) => (_: Error, attempt: number) => ({
  shouldRetry: attempt < max,
  delay: { seconds: 1 },
});
const fail = (message: string) => async (): Promise<never> => {
  throw new Error(message);
};
const once = { retryStrategy: retryPresets.noRetry };
/** Returns how often it was called before with this key. The count is in a file, because attempts run in different processes. */
function countEarlier(key: string): number {
  const name = createHash('sha256').update(key).digest('hex');
  const file = join(process.env['LAMBDA_TASK_ROOT'] ?? tmpdir(), name);
  appendFileSync(file, '.');
  return readFileSync(file).length - 1;
}

/** Handlers for every type of operation: success, failure, retry and timeout. */
export const cases = {
  step: (context) => context.step('a', async () => 42),
  stepWithoutResult: (context) => context.step('a', async () => undefined),
  stepRetried: (context) =>
    context.step(
      'a',
      async () => {
        const attempt = countEarlier(context.executionContext.durableExecutionArn) + 1;
        if (attempt < 3) throw new Error(`attempt ${attempt}`);
        return 'third time';
      },
      { retryStrategy: attempts(4) },
    ),
  stepFailing: (context) => context.step('a', fail('no'), { retryStrategy: attempts(4) }),
  stepAtMostOnce: (context) =>
    context.step('a', async () => 'once', { semantics: StepSemantics.AtMostOncePerRetry }),
  linearRetries: (context) =>
    context.step('a', fail('still no'), {
      retryStrategy: createLinearRetryStrategy({ maxAttempts: 3 }),
    }),
  stepThenWait: async (context) => {
    const a = await context.step('a', async () => 42);
    await context.wait('w', { seconds: 2 });
    return a;
  },
  twoWaits: async (context) => {
    await context.wait('first', { seconds: 1 });
    await context.wait('second', { seconds: 3 });
    return 'done';
  },
  context: (context) =>
    context.runInChildContext('outer', async (outer) => {
      const a = await outer.step('a', async () => 1);
      const b = await outer.runInChildContext('inner', (inner) => inner.step('b', async () => 2));
      return a + b;
    }),
  contextFailing: (context) =>
    context.runInChildContext('outer', (outer) => outer.step('a', fail('within'), once)),
  contextOverWait: (context) =>
    context.runInChildContext('outer', async (outer) => {
      const a = await outer.step('a', async () => 1);
      await outer.wait('w', { seconds: 1 });
      return a + (await outer.step('b', async () => 2));
    }),
  largeContext: async (context) => {
    const text = await context.runInChildContext('large', async (large) => {
      await large.step('a', async () => 1);
      return 'x'.repeat(300_000);
    });
    await context.wait('w', { seconds: 1 });
    return text.length;
  },
  condition: (context) =>
    context.waitForCondition('c', async (state: number) => state + 1, {
      initialState: 0,
      waitStrategy: (state) => ({
        shouldContinue: state < 3,
        delay: { seconds: 1 },
      }),
    }),
  conditionFailing: (context) =>
    context.waitForCondition('c', fail('cannot tell'), {
      initialState: 0,
      waitStrategy: () => ({ shouldContinue: true, delay: { seconds: 1 } }),
    }),
  parallel: async (context) => {
    const result = await context.parallel('p', [
      { name: 'one', func: (branch) => branch.step('a', async () => 1) },
      { name: 'two', func: (branch) => branch.step('b', async () => 2) },
    ]);
    return [result.getResults(), result.completionReason];
  },
  parallelWaits: async (context) => {
    const result = await context.parallel('p', [
      async (branch) => {
        await branch.wait('short', { seconds: 1 });
        return 'short';
      },
      async (branch) => {
        await branch.wait('long', { seconds: 4 });
        return 'long';
      },
    ]);
    return result.getResults();
  },
  parallelFailing: async (context) => {
    const result = await context.parallel(
      'p',
      [
        (branch) => branch.step('good', async () => 1),
        (branch) => branch.step('bad', fail('branch'), once),
      ],
      { completionConfig: { toleratedFailureCount: 1 } },
    );
    return [result.successCount, result.failureCount, result.completionReason];
  },
  firstOfThree: async (context) => {
    const result = await context.parallel(
      'p',
      [1, 2, 3].map((n) => (branch: DurableContext) => branch.step(`s${n}`, async () => n)),
      { maxConcurrency: 1, completionConfig: { minSuccessful: 1 } },
    );
    return [result.successCount, result.completionReason];
  },
  map: async (context) => {
    const result = await context.map('m', [1, 2, 3], (item, n) =>
      item.step('double', async () => n * 2),
    );
    return result.getResults();
  },
  flatMap: async (context) => {
    const result = await context.map(
      'm',
      [1, 2, 3],
      (item, n) => item.step('double', async () => n * 2),
      { nesting: NestingType.FLAT },
    );
    return result.getResults();
  },
  allOf: (context) =>
    context.promise.all('both', [
      context.step('a', async () => 1),
      context.step('b', async () => 2),
    ]),
  race: (context) =>
    context.promise.race('first', [
      context.step('a', async () => 'step'),
      context.runInChildContext('slow', async (slow) => {
        await slow.wait('w', { minutes: 10 });
        return 'wait';
      }),
    ]),
  callback: async (context) => {
    const [promise] = await context.createCallback('cb', { timeout: { hours: 1 } });
    return await promise;
  },
  callbackTimingOut: async (context) => {
    const [promise] = await context.createCallback('cb', { timeout: { seconds: 2 } });
    return await promise;
  },
  callbackWithoutHeartbeat: async (context) => {
    const [promise] = await context.createCallback('cb', {
      timeout: { hours: 1 },
      heartbeatTimeout: { seconds: 2 },
    });
    return await promise;
  },
  callbackWithHeartbeat: async (context) => {
    const [promise] = await context.createCallback('cb', {
      timeout: { hours: 1 },
      heartbeatTimeout: { minutes: 1 },
    });
    return await promise;
  },
  callbackDuringWait: async (context) => {
    const [promise] = await context.createCallback('cb', { timeout: { days: 2 } });
    await context.wait('w', { minutes: 10 });
    return await promise;
  },
  twoCallbacks: async (context) => {
    const [stock] = await context.createCallback('stock', { heartbeatTimeout: { hours: 1 } });
    const [approval] = await context.createCallback('approval', { timeout: { hours: 1 } });
    return [await stock, await approval];
  },
  waitForCallback: (context) =>
    context.waitForCallback('wcb', async () => undefined, { timeout: { hours: 1 } }),
  submitterFailing: (context) => context.waitForCallback('wcb', fail('cannot submit'), once),
  invokePlain: (context) => context.invoke('call', 'plain', { a: 1 }),
  invokeSlow: (context) => context.invoke('call', 'plain', { slow: true }),
  invokeFailing: (context) => context.invoke('call', 'plain', { fail: true }),
  invokeDurable: (context) => context.invoke('call', 'child:1', { case: 'stepThenWait' }),
  invokeWithoutInput: (context) => context.invoke('call', 'child:1'),
  invokeChildFailing: (context) => context.invoke('call', 'child:1', { case: 'stepFailing' }),
  invokeChildTimingOut: (context) => context.invoke('call', 'brief:1', { case: 'callback' }),
  invokeMissing: (context) => context.invoke('call', 'nobody:1', {}),
  invokeUnqualified: (context) => context.invoke('call', 'child', {}),
  invokeForTenant: (context) =>
    context.invoke('call', 'plain', { tenant: true }, { tenantId: 'blue' }),
  invokeInContext: (context) =>
    context.runInChildContext('outer', (outer) =>
      outer.invoke('call', 'child:1', { case: 'step' }),
    ),
  invokeDuringStep: async (context) => {
    const result = await context.parallel('p', [
      (branch) => branch.invoke('call', 'plain', { a: 1 }),
      (branch) =>
        branch.step('busy', () => new Promise((resolve) => setTimeout(resolve, 200, 'worked'))),
    ]);
    return result.getResults();
  },
  waitDuringStep: async (context) => {
    const result = await context.parallel('p', [
      async (branch) => {
        await branch.wait('w', { seconds: 1 });
        return 'waited';
      },
      (branch) =>
        branch.step('busy', () => new Promise((resolve) => setTimeout(resolve, 4000, 'worked'))),
    ]);
    return result.getResults();
  },
  changing: async (context) => {
    const again = countEarlier(context.executionContext.durableExecutionArn) > 0;
    if (again) await context.step('a', async () => 1);
    await context.wait('w', { seconds: 1 });
    return 'never the same';
  },
} satisfies Record<string, Case>;

export type CaseName = keyof typeof cases;

export const handler = withDurableExecution(
  async (input: { case?: CaseName } | undefined, context: DurableContext) => {
    const name = input?.case;
    return name ? (cases[name] as Case)(context, {}) : { got: input ?? null };
  },
);
