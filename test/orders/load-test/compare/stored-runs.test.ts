import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { readRun, runsFolder } from '../../../../src/orders/load-test/compare/stored-runs.ts';
import { createRun } from './runs.ts';

let root: string;
const ids = [
  '2026-11-22T08-12-04-000Z-1',
  '2026-11-22T09-00-00-000Z-7',
  '2026-11-23T00-00-00-000Z-2',
];
const report = JSON.stringify(createRun('a', { count: 1 }).report);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'orders-'));
  mkdirSync(runsFolder(root), { recursive: true });
  for (const id of ids) {
    writeFileSync(join(runsFolder(root), `${id}.json`), report);
    writeFileSync(join(runsFolder(root), `${id}.html`), '');
  }
});

it.each([
  ['latest', ids[2]],
  ['@-1', ids[2]],
  ['@-3', ids[0]],
  ['2026-11-22T09', ids[1]],
  ['2026-11-23T00-00-00-000Z-2', ids[2]],
])('finds the run %s', (reference, id) => {
  expect(readRun(root, reference).id).toBe(id);
});

it('reads a file with a report, or with the records of a test', () => {
  for (const [name, text] of [
    ['baseline.json', report],
    ['records.ndjson', `{"type":"progress"}\n{"type":"end","report":${report}}\n`],
  ] as const) {
    const path = join(root, name);
    writeFileSync(path, text);
    expect(readRun(root, path)).toMatchObject({
      id: name.split('.')[0],
      report: { outcome: { submitted: 1 } },
    });
  }
});

it.each([
  ['@-4', { exit: 5, message: 'No stored load test is "@-4"; 3 are stored.' }],
  ['2025', { exit: 5, code: 'NotFound' }],
  ['2026-11-22', { exit: 2, code: 'Ambiguous', hints: ids.slice(0, 2) }],
  ['./missing.json', { exit: 5, message: '"./missing.json" cannot be read.' }],
])('rejects the reference %s', (reference, error) => {
  expect(() => readRun(root, reference)).toThrow(expect.objectContaining(error));
});

it('rejects a file that is not a report', () => {
  const path = join(root, 'other.json');
  for (const text of [
    '',
    'text',
    '{"v":1}',
    '[]',
    JSON.stringify({ ...JSON.parse(report), orders: 3 }),
  ]) {
    writeFileSync(path, text);
    expect(() => readRun(root, path)).toThrow(/^other.json is not the report of a load test/);
  }
});

it('names the run that does not exist if none is stored', () => {
  expect(() => readRun(join(root, 'nowhere'), 'latest')).toThrow('0 are stored');
});
