import { expect, it } from 'vitest';
import { addPlan } from '../../../src/cli/console/action-dialog.ts';
import { addResults } from '../../../src/cli/console/console-state.ts';
import { buildOrder, buildSnapshot, failedOrder, now, openScreen } from './console-fixtures.ts';

const snapshot = buildSnapshot([
  buildOrder('order-a'),
  buildOrder('order-b'),
  failedOrder('order-x'),
]);
const open = (environment = { name: 'local', protected: false }) =>
  openScreen({ snapshot }, { environment });

it('shows what an action does and runs it only after y', () => {
  const screen = open();
  screen.press('p');
  expect(screen.text()).toContain('pause order-a.\nContinue? [y/N]');
  screen.press('enter');
  expect(screen.text()).toContain('nothing was changed');
  screen.press('p', 'x', 'y');
  expect(screen.effects).toMatchObject([
    { type: 'run', action: { name: 'pause' }, orders: [{ orderId: 'order-a' }] },
  ]);
});

it('asks for the text that an action needs, up to its maximum length', () => {
  const screen = open();
  screen.press('c', 'enter');
  expect(screen.text()).toContain('reason: ');
  screen.type('ordered twice by us');
  screen.press('enter', 'y');
  expect(screen.effects).toMatchObject([{ type: 'run', input: 'ordered twic' }]);
});

it('requires the name of a protected environment instead of y', () => {
  const screen = open({ name: 'prod', protected: true });
  expect(screen.text()).toMatch(/^local.*· protected/);
  screen.press('p');
  screen.type('y');
  screen.press('enter');
  expect(screen.text()).toContain('the name does not match; nothing was changed');
  screen.press('p');
  screen.type('prod');
  screen.press('enter');
  expect(screen.effects).toMatchObject([{ type: 'run', action: { name: 'pause' } }]);
});

it('leaves out orders to which the action does not apply, and says why', () => {
  const screen = open();
  screen.press('*', 'p');
  expect(screen.text()).toContain('Left out: order-x has failed');
  screen.press('y');
  expect(screen.effects).toMatchObject([
    { orders: [{ orderId: 'order-a' }, { orderId: 'order-b' }] },
  ]);
  expect(screen.state().messages).toMatchObject([{ text: 'pause: order-x has failed' }]);
});

it('refuses an action that applies to no selected order', () => {
  const screen = open();
  screen.press('G', 'p');
  expect(screen.text()).toContain('✗ pause: order-x has failed');
  expect(screen.state().prompt).toBeUndefined();
});

it('runs an action that changes nothing at once', () => {
  const screen = open();
  screen.press('y');
  expect(screen.effects).toMatchObject([{ type: 'run', action: { name: 'copy' } }]);
});

it('cannot be confirmed before the user sees what exactly would happen', () => {
  const screen = open();
  screen.press('m', 'y');
  const [effect] = screen.effects;
  expect(screen.effects).toHaveLength(1);
  expect(screen.text()).toContain('reading what exactly would happen');
  if (effect?.type !== 'plan') throw new Error('no plan is read');
  screen.setState((state) => addPlan(state, effect.pending, ['would refund $91.98']));
  expect(screen.text()).toContain('would refund $91.98');
  screen.press('y');
  expect(screen.effects[1]).toMatchObject({ type: 'run', action: { name: 'repair' } });
});

it('starts no second action before the first has ended', () => {
  const screen = open();
  screen.press('p', 'y', 'p');
  expect(screen.state().prompt).toBeUndefined();
  expect(screen.state().messages.at(-1)?.text).toBe('pause is still running');
});

it('keeps the marks of the orders for which an action failed, and all results as messages', () => {
  const screen = open();
  screen.press(' ', ' ');
  screen.setState((state) =>
    addResults(
      state,
      [
        { orderId: 'order-a', ok: true, message: 'paused' },
        { orderId: 'order-b', ok: false, message: 'not paused: throttled' },
      ],
      { name: 'pause', now },
    ),
  );
  expect([...screen.state().marked]).toEqual(['order-b']);
  expect(screen.text()).toContain('✗ pause: 1 done, 1 failed');
  screen.press('M');
  expect(screen.text()).toContain('✓ order-a: paused');
  expect(screen.text()).toContain('✗ order-b: not paused: throttled');
});
