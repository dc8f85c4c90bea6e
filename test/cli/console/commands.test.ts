import { expect, it } from 'vitest';
import { buildOrder, buildSnapshot, openScreen } from './console-fixtures.ts';

const open = () => {
  const orders = ['b', 'a', 'c'].map((name, index) =>
    buildOrder(`order-${name}`, { total: 1000 * (index + 1) }),
  );
  return openScreen({ snapshot: buildSnapshot(orders) });
};
const run = (line: string) => {
  const screen = open();
  screen.type(`:${line}`);
  screen.press('enter');
  return screen;
};
const rows = (text: string) => [...text.matchAll(/order-(\w)/g)].map(([, name]) => name).join('');

it.each([
  ['sort order', 'abc'],
  ['sort total:desc', 'cab'],
  ['sort', 'bac'],
])('sorts with :%s', (line, expected) => {
  expect(rows(run(line).text())).toBe(expected);
});

it.each([
  ['order order-c', { pane: 'order', cursor: 'order-c' }],
  ['history', { pane: 'history', cursor: 'order-b' }],
  ['logs order-a', { pane: 'logs', cursor: 'order-a' }],
  ['hea', { pane: 'health' }],
  ['filter status:failed', { pane: 'list', filter: 'status:failed' }],
  ['columns total, order', { columns: ['total', 'order'] }],
  ['help', { overlay: 'help' }],
])('opens or changes what :%s names', (line, expected) => {
  expect(run(line).state()).toMatchObject({ ...expected, prompt: undefined });
});

it('takes the text that an action needs from the command line', () => {
  const screen = run('cancel too late');
  expect(screen.text()).toContain('Continue? [y/N]');
  screen.press('y');
  expect(screen.effects).toMatchObject([{ type: 'run', input: 'too late' }]);
});

it.each([
  ['q', [{ type: 'quit' }], undefined],
  ['cancle', [], 'no command :cancle; did you mean :cancel?'],
  ['h', [], ':h could be history or health or help'],
  ['order order-z', [], 'no order order-z in the list'],
  ['sort size', [], 'sort by one of: order, customer'],
  ['columns size', [], 'the columns are: order, customer'],
])('reports or leaves with :%s', (line, effects, message) => {
  const screen = run(line);
  expect(screen.effects).toEqual(effects);
  if (message) expect(screen.text()).toContain(message);
});

it.each([
  [':can', ':cancel '],
  [':h', ':h'],
  [':sort to', ':sort total'],
  [':columns order,cu', ':columns order,customer '],
  [':order o', ':order order-'],
  [':filter st', ':filter sta'],
  [':nothing', ':nothing'],
])('completes %s to %s with tab', (typed, expected) => {
  const screen = open();
  screen.type(typed);
  screen.press('tab');
  expect(screen.lines().at(-1)).toBe(`${expected}_`);
});

it('shows the possible words while the user types', () => {
  const screen = open();
  screen.type(':sort s');
  expect(screen.text()).toContain('status  status:desc  stage  stage:desc');
});

it('chooses the columns with C, beginning with the current ones', () => {
  const screen = open();
  screen.press('C');
  expect(screen.lines().at(-1)).toMatch(/^:columns order,customer,/);
});
