/** Source of a durable function with every kind of operation. Tests change one line of it. */
export const shopSource = `
import { withDurableExecution } from '@aws/durable-execution-sdk-js';

const retryStrategy = (_, attempt) => ({ shouldRetry: attempt < 3, delay: { seconds: 2 } });
const flaky = (step) => {
  if (step.attempt < 2) throw new Error('the first attempt fails');
  return 'charged';
};

export const handler = withDurableExecution(async (event, context) => {
  const order = await context.step('read-order', async () => ({ total: 20, items: ['a', 'b'] }));
  const payment = await context.step('charge', async (step) => flaky(step), { retryStrategy });
  await context.wait('pause', { seconds: 5 });
  const [left, right] = (await context.parallel('checks', [
    async (branch) => branch.step('check-stock', async () => 'in stock'),
    async (branch) => branch.step('check-credit', async () => 'good'),
  ])).getResults();
  const picked = await context.map('pick', order.items, async (item, name) =>
    item.step('pick-' + name, async () => name.toUpperCase()));
  const label = await context.runInChildContext('ship', async (ship) => {
    const number = await ship.step('label', async () => ({ number: 7 }));
    await ship.wait('truck', { seconds: 2 });
    return { label: number.number };
  });
  const ready = await context.waitForCondition('poll', async (state) => ({ polls: state.polls + 1 }), {
    initialState: { polls: 0 },
    waitStrategy: (state) => state.polls < 2 ? { shouldContinue: true, delay: { seconds: 3 } } : { shouldContinue: false },
  });
  const reply = await context.invoke('notify', event.target, { total: order.total });
  const answer = await context.waitForCallback('approval', async () => {}, { timeout: { minutes: 5 } });
  if (answer === '"no"') await context.step('refund', async () => 'refunded');
  return { payment, left, right, picked: picked.getResults(), label, ready, reply, answer };
});
`;

/** Source of a durable function with flat maps, with jitter in the delay of retries, and with results that are too large to store: their bodies run in every invocation. */
export const bulkSource = `
import { withDurableExecution } from '@aws/durable-execution-sdk-js';

const jitter = () => 2 + Math.floor(Math.random() * 5);
const retryStrategy = (_, attempt) => ({ shouldRetry: attempt < 3, delay: { seconds: jitter() } });
const pack = async (step, name) => {
  if (name === 'b' && step.attempt < 2) throw new Error('the box is torn');
  return name;
};

export const handler = withDurableExecution(async (event, context) => {
  const packed = await context.map('pack', ['a', 'b', 'c'], async (item, name) => {
    const box = await item.step('box-' + name, async (step) => pack(step, name), { retryStrategy });
    await item.wait('dry-' + name, { seconds: 3 });
    return box;
  }, { nesting: 'FLAT', maxConcurrency: 2 });
  const catalogue = await context.runInChildContext('catalogue', async (child) => {
    const size = await child.step('size', async () => 300_000);
    return 'x'.repeat(size);
  });
  await context.wait('print', { seconds: 2 });
  const pages = await context.map('pages', [1, 2], async (item, page) => {
    const size = await item.step('page-' + page, async () => 150_000);
    return 'y'.repeat(size);
  });
  await context.wait('bind', { seconds: 2 });
  const sizes = pages.getResults().map((text) => text.length);
  const cover = await context.step('cover', async () => 'z'.repeat(200_000));
  return { packed: packed.getResults(), catalogue: catalogue.length, sizes, cover: cover.length };
});
`;
