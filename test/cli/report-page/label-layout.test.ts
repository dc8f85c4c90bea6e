import { expect, it } from 'vitest';
import { estimateTextWidth, spreadLabels } from '../../../src/cli/report-page/label-layout.ts';

const range = { from: 60, to: 628 };
const texts = ['median 11.2s', 'p95 12.1s', 'p99 12.3s'];

it.each([
  ['close together', [300, 305, 309]],
  ['at the left edge', [60, 61, 62]],
  ['at the right edge', [600, 627, 628]],
  ['at one place', [340, 340, 340]],
])('keeps labels apart that are %s', (_, positions) => {
  const labels = texts.map((text, index) => ({ x: positions[index] ?? 0, text }));
  const spans = spreadLabels(labels, range).map((middle, index) => {
    const half = estimateTextWidth(texts[index] ?? '') / 2;
    return { from: middle - half, to: middle + half };
  });
  for (const [index, { from, to }] of spans.entries()) {
    expect(from).toBeGreaterThan(spans[index - 1]?.to ?? range.from - 1);
    expect(to).toBeLessThanOrEqual(range.to);
  }
});

it('leaves labels at their positions if they have room', () => {
  const labels = texts.map((text, index) => ({ x: 140 + index * 200, text }));
  expect(spreadLabels(labels, range)).toEqual([140, 340, 540]);
});
