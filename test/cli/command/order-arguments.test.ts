import { Readable } from 'node:stream';
import { expect, it, vi } from 'vitest';
import {
  parseReferences,
  readReference,
  readReferences,
} from '../../../src/cli/command/order-arguments.ts';

it('does not open stdin without -', async () => {
  const stdin = vi.spyOn(process, 'stdin', 'get');
  expect(await readReferences(['latest', '@-2'])).toEqual(['latest', '@-2']);
  expect(stdin).not.toHaveBeenCalled();
  stdin.mockRestore();
});

it('replaces - by the references on stdin, and reads stdin only for -', async () => {
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
  ['lines with one id, with any line ending and spaces', 'order-a\r\n\n  order-b  \n'],
  ['a table whose first column is the id', 'order-a  failed   91.98\norder-b  running  3.00\n'],
  [
    'NDJSON that contains an order twice',
    '{"orderId":"order-a"}\n{"orderId":"order-b"}\n{"orderId":"order-a","type":"end"}\n',
  ],
  ['a list of ids or objects', '["order-a", {"orderId": "order-b"}]'],
  [
    "another command's JSON document",
    '{"v":1,"ok":true,"data":[{"orderId":"order-a"},{"orderId":"order-b"}]}',
  ],
])('reads ids from %s', (_, text) => {
  expect(parseReferences(text)).toEqual(['order-a', 'order-b']);
});

it('reads a number as an id', () => {
  expect(parseReferences('5512\n')).toEqual(['5512']);
});

it.each(['', '\n', '[]', '{"v":1,"ok":true,"data":[]}'])(
  'rejects %j, which contains no id',
  (text) => {
    expect(() => parseReferences(text)).toThrow('Stdin contains no order ids.');
  },
);

it('reads the order of a command that takes one, and rejects several', async () => {
  expect(await readReference('-', Readable.from(['order-a\n']))).toBe('order-a');
  expect(await readReference('latest')).toBe('latest');
  const several = readReference('-', Readable.from(['order-a\norder-b\n']));
  await expect(several).rejects.toThrow('stdin contains 2');
});
