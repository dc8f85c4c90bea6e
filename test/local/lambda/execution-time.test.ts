import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleHandler } from './bundle-handler.ts';
import { startLambda } from './fixture.ts';

/** Fast enough that a wait of one second would end within the invocation that starts it, if that ran in virtual time. */
const speed = 600;

const source = `
  import { withDurableExecution } from '@aws/durable-execution-sdk-js';
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const flows = {
    async waits(context) {
      for (const name of ['a', 'b', 'c']) await context.wait(name, { seconds: 1 });
      return 'done';
    },
    async works(context, { ms }) {
      await context.step('work', () => sleep(ms));
      await context.step('more work', () => sleep(ms));
      return 'done';
    },
    async calls(context, input) {
      return context.invoke('call', input.callee, { flow: 'works', ms: input.ms });
    },
    async waitsBesideWork(context, { ms }) {
      const work = context.step('work', async () => { await sleep(ms); return 'worked'; });
      const wait = context.wait('pause', { seconds: 3600 });
      return Promise.race([work, wait.then(() => 'waited')]);
    },
    async times(context) {
      await context.createCallback('approval', { timeout: { seconds: 3600 } });
      await context.step('work', () => sleep(300));
      await context.wait('pause', { seconds: 1 });
      return 'done';
    },
  };
  export const handler = withDurableExecution((event, context) => flows[event.flow](context, event));
  `;
const plain = `export const handler = async ({ ms }) => {
  await new Promise((done) => setTimeout(done, ms));
  return 'plain';
};`;

let lambda: Awaited<ReturnType<typeof startLambda>>;
beforeAll(async () => {
  const code = await bundleHandler(source);
  lambda = await startLambda({ speed });
  lambda.put('long', { code, durable: 900 });
  lambda.put('minute', { code, durable: 60 });
  lambda.put('second', { code, durable: 1 });
  lambda.put('plain', { code: plain });
});
afterAll(() => lambda.close());

const run = (name: string, event: object) =>
  lambda.invoke(name, { Payload: JSON.stringify(event) });

async function eventTypes(arn: string | undefined): Promise<string[]> {
  const { Events = [] } = await lambda.history(arn);
  return Events.map(({ EventType = '' }) => EventType);
}

it('suspends in each wait of a second, as in real time', async () => {
  const { text, DurableExecutionArn } = await run('long', { flow: 'waits' });
  expect(text).toBe('"done"');
  const types = await eventTypes(DurableExecutionArn);
  expect(types.filter((type) => type === 'InvocationCompleted')).toHaveLength(4);
});

it('does not let work use up the execution timeout', async () => {
  const { text } = await run('minute', { flow: 'works', ms: 400 });
  expect(text).toBe('"done"');
});

it.each([
  ['long:1', '"done"'],
  ['plain:1', '"plain"'],
])(
  'does not let the work of a called function (%s) use up the timeout of its caller',
  async (callee, result) => {
    const { text } = await run('minute', { flow: 'calls', callee, ms: 400 });
    expect(text).toBe(result);
  },
);

it('ends an execution at its timeout while its handler still works', async () => {
  const { text, FunctionError, DurableExecutionArn } = await run('second', {
    flow: 'works',
    ms: 3_000,
  });
  expect(FunctionError).toBe('Unhandled');
  expect(text).toMatch(/Execution timed out after 1 seconds/);
  expect(await eventTypes(DurableExecutionArn)).not.toContain('InvocationCompleted');
});

it('lets a step finish before a long wait that runs beside it', async () => {
  const { text } = await run('long', { flow: 'waitsBesideWork', ms: 200 });
  expect(text).toBe('"worked"');
});

it('keeps the order of timers when work takes longer than a timeout would in virtual time', async () => {
  const { text, DurableExecutionArn } = await run('long', { flow: 'times' });
  expect(text).toBe('"done"');
  expect(await eventTypes(DurableExecutionArn)).not.toContain('CallbackTimedOut');
});
