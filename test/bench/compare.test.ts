import { expect, it, onTestFinished, vi } from 'vitest';
import { measurePairs, summarizePairs } from '../../bench/compare.ts';

const speed = (value: number) => ({ name: 'speed', value, better: 'higher' as const });
const delay = (value: number) => ({ name: 'delay', value, better: 'lower' as const });

it('lets each checkout be first in every other pair, with one runtime at a time', async () => {
  const progress = vi.spyOn(console, 'error').mockReturnValue();
  onTestFinished(() => progress.mockRestore());
  const calls: string[] = [];
  const createBench = (label: string) => ({
    label,
    start: () => calls.push(`start ${label}`),
    stop: () => calls.push(`stop ${label}`),
  });
  const pairs = await measurePairs(
    [createBench('a'), createBench('b')],
    async ({ label }) => [speed(calls.push(`measure ${label}`))],
    { name: 'part', pairs: 2 },
  );
  const turn = (label: string) => [`start ${label}`, `measure ${label}`, `stop ${label}`];
  expect(calls).toEqual(['a', 'b', 'b', 'a'].flatMap(turn));
  expect(pairs).toEqual([
    [[speed(2)], [speed(5)]],
    [[speed(11)], [speed(8)]],
  ]);
});

it('reports the medians, and the ratio of the pairs with its range', () => {
  const pairs = [
    [[speed(20)], [speed(10)]],
    [[speed(30)], [speed(20)]],
    [[speed(50)], [speed(20)]],
  ] as const;
  expect(summarizePairs(pairs)).toEqual([
    {
      name: 'speed',
      medians: [30, 20],
      ratio: { median: 2, min: 1.5, max: 2.5 },
      verdict: 'better',
    },
  ]);
});

it.each([
  ['better', speed, [2, 3, 4]],
  ['worse', delay, [2, 3, 4]],
  ['worse', speed, [0.5, 0.9, 0.6]],
  ['better', delay, [0.5, 0.9, 0.6]],
  ['unclear', speed, [0.9, 1.5, 2]],
  ['', speed, [2, 3]],
] as const)('calls a result %j if all pairs of three or more agree', (verdict, measure, ratios) => {
  const pairs = ratios.map((ratio) => [[measure(ratio)], [measure(1)]] as const);
  expect(summarizePairs(pairs)).toMatchObject([{ verdict }]);
});
