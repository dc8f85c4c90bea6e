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
