import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aProject, type Project } from '../support/project.ts';
import { atTerminal as openTerminal } from '../support/terminal.ts';

let project: Project;

beforeAll(async () => {
  project = aProject();
  await project.orders('local', 'start', '--time-scale', '1');
});
afterAll(() => project.close());

const atTerminal = (...argv: string[]) => openTerminal(project, argv);

const hidesCursor = '\u001b[?25l';
const showsCursor = '\u001b[?25h';

it('leaves an order alone at Ctrl-C: gives the cursor back, says how to look again, and exits 130', async () => {
  const { orderId } = await project.ask('submit', '--sample', 'low');
  const watching = atTerminal('watch', 'latest');
  await watching.until('await-warehouse');
  watching.terminal.write('\u0003');
  expect(await watching.exit).toBe(130);
  const raw = watching.raw();
  expect(raw.lastIndexOf(showsCursor)).toBeGreaterThan(raw.lastIndexOf(hidesCursor));
  const text = stripVTControlCharacters(raw);
  expect(text).toContain(`Detached; ${orderId} keeps running (awaiting-warehouse)`);
  expect(text).toContain(`orders watch ${orderId}`);
  expect((await project.ask('get', orderId)).execution.status).toBe('RUNNING');
});

it('fits a terminal that gets small while it watches, and exits 143 when it is terminated', async () => {
  const watching = atTerminal('watch', 'latest');
  await watching.until('resumes');
  const before = watching.raw().length;
  watching.terminal.resize(40, 10);
  await watching.until('s left', before);
  await watching.until('q stops looking', before);
  // What was drawn before it got small is erased.
  const [, drawn = ''] = watching.raw().slice(before).split('\u001b[J');
  const frame = stripVTControlCharacters(drawn).split(/\r?\n/);
  for (const line of frame) expect(line.length).toBeLessThanOrEqual(40);
  expect(frame.join('\n')).not.toContain('resumes');
  watching.terminal.kill('SIGTERM');
  expect(await watching.exit).toBe(143);
});

it('watches several in one table', async () => {
  const { orderId } = await project.ask('submit', '--sample', 'payment-declined');
  const watching = atTerminal('watch', orderId, '@-2');
  await watching.until('✗');
  watching.terminal.write('\u0003');
  expect(await watching.exit).toBe(130);
  const text = stripVTControlCharacters(watching.raw());
  expect(text).toContain('1 running · 1 failed · local');
  expect(text).toMatch(new RegExp(`✗ {2}${orderId} +failed +process-payment`));
  expect(text).toContain('Detached; 1 failed, 1 keep running');
});

it('asks a person before it destroys: another name, and Ctrl-C, change nothing', async () => {
  const mistaken = atTerminal('destroy', '--running', 'cancel');
  await mistaken.until('Type local to confirm:');
  mistaken.terminal.write('locale\r');
  expect(await mistaken.exit).toBe(4);
  expect(mistaken.raw()).toContain('That is not its name; nothing was changed.');
  const torn = atTerminal('destroy');
  await torn.until('still running. [c]ancel and undo, or [a]bort:');
  torn.terminal.write('c\r');
  await torn.until('Type local to confirm:');
  torn.terminal.write('\u0003');
  expect(await torn.exit).toBe(130);
  expect(await project.ask('list', '--running')).not.toHaveLength(0);
});

it('shows a load test in place; Ctrl-C leaves its rows, reports and exits 130', async () => {
  const test = atTerminal('load-test', '--count', '3');
  await test.until('awaiting-warehouse');
  test.terminal.write('\u0003');
  expect(await test.exit).toBe(130);
  const raw = test.raw();
  expect(raw.lastIndexOf(showsCursor)).toBeGreaterThan(raw.lastIndexOf(hidesCursor));
  const text = stripVTControlCharacters(raw);
  expect(text).toContain('Stopped; 3 orders go on');
  expect(text).toMatch(/█ CHECKS of what was seen so far[^✗]*█ OUTCOME/);
});

it('draws many orders of a load test as a chart that fits a terminal that gets small; Ctrl-C stops submitting, again leaves', async () => {
  const test = atTerminal('load-test', '--count', '60', '--rate', '4', '--mix', 'low');
  await test.until('ctrl-c stops submitting');
  await test.until('░ active');
  expect(stripVTControlCharacters(test.raw())).toMatch(/60 │.*\r?\n/);
  const before = test.raw().length;
  test.terminal.resize(40, 10);
  await test.until('rate  ', before);
  await test.until('ctrl-c stops submitting', before);
  const [, drawn = ''] = test.raw().slice(before).split('\u001b[J');
  const frame = stripVTControlCharacters(drawn).split(/\r?\n/);
  for (const line of frame) expect(line.length).toBeLessThanOrEqual(40);
  test.terminal.write('\u0003');
  await test.until('ctrl-c again leaves', before);
  test.terminal.write('\u0003');
  expect(await test.exit).toBe(130);
  const raw = test.raw();
  expect(raw.lastIndexOf(showsCursor)).toBeGreaterThan(raw.lastIndexOf(hidesCursor));
  const text = stripVTControlCharacters(raw);
  expect(text).toMatch(/Stopped; \d+ orders were not submitted; \d+ orders? goe?s? on/);
  expect(text.slice(text.indexOf('█ CHECKS'))).not.toContain('unsubmitted');
  expect(text).toMatch(/█ CHECKS of what was seen so far[^✗]*█ OUTCOME/);
});
