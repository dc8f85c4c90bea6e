import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { runInTerminal as openTerminal } from '../support/terminal.ts';

let project: Project;

beforeAll(async () => {
  project = await createDeployedProject('--time-scale', '1');
});
afterAll(() => project.close());

const atTerminal = (...argv: string[]) => openTerminal(project, argv);

const hidesCursor = '\u001b[?25l';
const showsCursor = '\u001b[?25h';

it('at Ctrl-C keeps the order running, restores the cursor, prints the command to watch again and exits 130', async () => {
  const { orderId } = await project.runJson('submit', '--sample', 'low');
  const watching = atTerminal('watch', 'latest');
  await watching.until('await-warehouse');
  watching.terminal.write('\u0003');
  expect(await watching.exit).toBe(130);
  const raw = watching.raw();
  expect(raw.lastIndexOf(showsCursor)).toBeGreaterThan(raw.lastIndexOf(hidesCursor));
  const text = stripVTControlCharacters(raw);
  expect(text).toContain(`Detached; ${orderId} keeps running (awaiting-warehouse)`);
  expect(text).toContain(`orders watch ${orderId}`);
  expect((await project.runJson('get', orderId)).execution.status).toBe('RUNNING');
});

it('fits a terminal that shrinks during a watch, and exits 143 at SIGTERM', async () => {
  const watching = atTerminal('watch', 'latest');
  await watching.until('resumes');
  const before = watching.raw().length;
  watching.terminal.resize(40, 10);
  await watching.until('s left', before);
  await watching.until('q detach', before);
  // The frame from before the resize is erased.
  const [, drawn = ''] = watching.raw().slice(before).split('\u001b[J');
  const frame = stripVTControlCharacters(drawn).split(/\r?\n/);
  for (const line of frame) expect(line.length).toBeLessThanOrEqual(40);
  expect(frame.join('\n')).not.toContain('resumes');
  watching.terminal.kill('SIGTERM');
  expect(await watching.exit).toBe(143);
});

// The short run watches several orders in the tests of the table.
it.runIf(full)('watches several orders in one table', async () => {
  const { orderId } = await project.runJson('submit', '--sample', 'payment-declined');
  const watching = atTerminal('watch', orderId, '@-2');
  await watching.until('✗');
  watching.terminal.write('\u0003');
  expect(await watching.exit).toBe(130);
  const text = stripVTControlCharacters(watching.raw());
  expect(text).toContain('1 running · 1 failed · local');
  expect(text).toMatch(new RegExp(`✗ ${orderId} .*\\$3,500\\.00 failed +The payment`));
  expect(text).toContain('Detached; 1 failed, 1 keep running');
});

it('prompts before it destroys; a wrong name or Ctrl-C changes nothing', async () => {
  const mistaken = atTerminal('destroy', '--running', 'cancel');
  await mistaken.until('Type local to confirm:');
  mistaken.terminal.write('locale\r');
  expect(await mistaken.exit).toBe(4);
  expect(mistaken.raw()).toContain('The name does not match. Nothing was changed.');
  const torn = atTerminal('destroy');
  await torn.until('still running. [c]ancel and undo, or [a]bort:');
  torn.terminal.write('c\r');
  await torn.until('Type local to confirm:');
  torn.terminal.write('\u0003');
  expect(await torn.exit).toBe(130);
  expect(await project.runJson('list', '--running')).not.toHaveLength(0);
});

it('draws a load test in place; Ctrl-C keeps the rows, prints the report and exits 130', async () => {
  const test = atTerminal('load-test', '--count', '3');
  await test.until('awaiting-warehouse');
  test.terminal.write('\u0003');
  expect(await test.exit).toBe(130);
  const raw = test.raw();
  expect(raw.lastIndexOf(showsCursor)).toBeGreaterThan(raw.lastIndexOf(hidesCursor));
  const text = stripVTControlCharacters(raw);
  expect(text).toContain('Stopped; 3 running orders continue');
  expect(text).toMatch(/█ CHECKS \(partial report\)[^✗]*█ OUTCOME/);
});

it('draws many orders as a chart that fits a shrinking terminal; Ctrl-C stops submitting, a second one exits', async () => {
  const test = atTerminal('load-test', '--count', '60', '--rate', '4', '--mix', 'low');
  await test.until('ctrl-c: stop submitting');
  await test.until('░ active');
  expect(stripVTControlCharacters(test.raw())).toMatch(/60 │.*\r?\n/);
  const before = test.raw().length;
  test.terminal.resize(40, 10);
  await test.until('rate  ', before);
  await test.until('ctrl-c: stop submitting', before);
  const [, drawn = ''] = test.raw().slice(before).split('\u001b[J');
  const frame = stripVTControlCharacters(drawn).split(/\r?\n/);
  for (const line of frame) expect(line.length).toBeLessThanOrEqual(40);
  test.terminal.write('\u0003');
  await test.until(' again: partial report', before);
  test.terminal.write('\u0003');
  expect(await test.exit).toBe(130);
  const raw = test.raw();
  expect(raw.lastIndexOf(showsCursor)).toBeGreaterThan(raw.lastIndexOf(hidesCursor));
  const text = stripVTControlCharacters(raw);
  expect(text).toMatch(/Stopped; \d+ orders were not submitted; \d+ running orders? continues?/);
  expect(text.slice(text.indexOf('█ CHECKS'))).not.toContain('unsubmitted');
  expect(text).toMatch(/█ CHECKS \(partial report\)[^✗]*█ OUTCOME/);
});

it('does not claim that an order runs after its runtime was killed', async () => {
  const { orderId } = await project.runJson('submit', '--sample', 'low');
  const watching = atTerminal('watch', orderId);
  await watching.until('await-warehouse');
  await project.killRuntime();
  await watching.until('not visible right now');
  watching.terminal.write('q');
  expect(await watching.exit).toBe(130);
  const text = stripVTControlCharacters(watching.raw());
  expect(text).toContain(`Detached; ${orderId} was running when it was last visible`);
  expect(text).not.toContain('keeps running');
});
