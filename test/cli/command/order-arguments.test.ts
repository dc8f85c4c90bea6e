import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import {
  readReference,
  readReferences,
  referencesIn,
} from '../../../src/cli/command/order-arguments.ts';

it('puts what stdin holds in the place of -, and reads stdin for nothing else', async () => {
  const stdin = Readable.from(['order-a\norder-b\n']);
  expect(await readReferences(['latest', '-', '@-2'], stdin)).toEqual([
    'latest',
    'order-a',
    'order-b',
    '@-2',
  ]);
  const untouched = Readable.from(['order-a']);
  expect(await readReferences(['latest'], untouched)).toEqual(['latest']);
  expect(untouched.readableEnded).toBe(false);
});

it.each([
  ['one id a line, in whatever shell wrote it', 'order-a\r\n\n  order-b  \n'],
  ['a table whose first column is the id', 'order-a  failed   91.98\norder-b  running  3.00\n'],
  [
    'NDJSON that names an order more than once',
    '{"orderId":"order-a"}\n{"orderId":"order-b"}\n{"orderId":"order-a","type":"end"}\n',
  ],
  ['a list of ids or objects', '["order-a", {"orderId": "order-b"}]'],
  [
    "another command's JSON document",
    '{"v":1,"ok":true,"data":[{"orderId":"order-a"},{"orderId":"order-b"}]}',
  ],
])('reads ids from %s', (_, text) => {
  expect(referencesIn(text)).toEqual(['order-a', 'order-b']);
});

it('takes a number for an id', () => {
  expect(referencesIn('5512\n')).toEqual(['5512']);
});

it.each(['', '\n', '[]', '{"v":1,"ok":true,"data":[]}'])(
  'finds nothing in %j and says so',
  (text) => {
    expect(() => referencesIn(text)).toThrow('no order ids on stdin');
  },
);

it('reads the one order of a command that is about one, and refuses several', async () => {
  expect(await readReference('-', Readable.from(['order-a\n']))).toBe('order-a');
  expect(await readReference('latest')).toBe('latest');
  const several = readReference('-', Readable.from(['order-a\norder-b\n']));
  await expect(several).rejects.toThrow('stdin names 2');
});
