import { expect, it } from 'vitest';
import { samples } from '../../../functions/contract/samples.ts';
import { findSampleOrder, formatSamples, listSamples } from '../../../src/cli/orders/samples.ts';
import { createFakeTerminal } from '../terminal/fake-terminal.ts';

it('lists every sample with its effect', () => {
  const listed = listSamples();
  expect(listed.map(({ name }) => name)).toEqual(Object.keys(samples));
  expect(listed).toContainEqual({ name: 'low', total: 91.98, effect: 'completes' });
  const effects = new Map(listed.map(({ name, effect }) => [name, effect]));
  expect(effects.get('payment-transient')).toBe('process-payment fails 2 times, then succeeds');
  expect(effects.get('fraud-review')).toContain('waits for a review');
  expect(effects.get('invalid')).toContain('validate-order rejects it');
});

it('fits a narrow terminal', () => {
  const stream = createFakeTerminal(40);
  const text = formatSamples(listSamples(), { header: true, width: 40, stream });
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
});

it('finds a sample, also by its former name, and suggests a similar one', () => {
  expect(findSampleOrder('low')).toEqual(samples['low']);
  expect(findSampleOrder('payment-hiccup')).toEqual(samples['payment-transient']);
  expect(() => findSampleOrder('constructor')).toThrow('no sample "constructor"');
  expect(() => findSampleOrder('hihg')).toThrow(
    expect.objectContaining({ exit: 5, hints: ['did you mean: high', 'orders sample list'] }),
  );
});
