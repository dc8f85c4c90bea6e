import { expect, it } from 'vitest';
import { comparedParts, parseOptions } from '../../bench/options.ts';

it('runs all parts that can be compared, unless parts are named', () => {
  expect(parseOptions([])).toMatchObject({ parts: comparedParts, against: undefined });
  expect(parseOptions(['--parts', 'latency,scale']).parts).toEqual(['latency', 'scale']);
  const { parts, sizes } = parseOptions(['suspended', '7', '70']);
  expect({ parts, counts: sizes.suspended }).toEqual({ parts: ['suspended'], counts: [7, 70] });
});

it('compares with a commit in the given number of pairs and orders in flight', () => {
  const argv = ['throughput', '--against', 'HEAD~1', '--pairs', '3', '--in-flight', '1,200'];
  expect(parseOptions(argv)).toMatchObject({
    parts: ['throughput'],
    against: 'HEAD~1',
    pairs: 3,
    sizes: { inFlight: [1, 200] },
  });
});

it.each([
  [['speed'], '"speed" is not a part of the bench'],
  [['--pairs', '0'], '--pairs needs positive integers, not "0"'],
  [['--in-flight', '1,x'], '--in-flight needs positive integers, not "1,x"'],
  [['scale', '--against', 'HEAD'], 'scale measures this checkout only'],
])('rejects %j', (argv, message) => {
  expect(() => parseOptions(argv)).toThrow(message);
});
