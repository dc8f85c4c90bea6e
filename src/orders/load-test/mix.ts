import { findSample, samples } from '../../../functions/contract/samples.ts';
import { UserError } from '../../user-error.ts';
import { waitsForReview } from './expected-outcome.ts';

/** Shares of the samples in a load test, in any unit, by sample name. */
export type Mix = ReadonlyMap<string, number>;

/** The three successful orders of the original sample. */
export const defaultMix = 'low=60,high=20,multi=20';

/** Parses `low=70,high=20,multi=10`; the default share is 1. Throws a UserError if the text is no valid mix. */
export function parseMix(text: string): Mix {
  const mix = new Map<string, number>();
  for (const part of text.split(',')) {
    const [name = '', share = '1', ...rest] = part.trim().split('=');
    const order = findSample(name);
    if (!order) {
      throw new UserError(`--mix: unknown sample "${name}".`, {
        hint: `samples: ${loadableSamples().join(', ')}`,
      });
    }
    if (waitsForReview(order)) {
      throw new UserError(`--mix: orders of the sample "${name}" wait for a review.`, {
        hint: `--mix ${defaultMix}`,
      });
    }
    const weight = Number(share);
    if (rest.length > 0 || share.trim() === '' || !(weight > 0 && weight < 1e9) || mix.has(name)) {
      throw new UserError(
        `--mix "${text}" is not a list of samples with positive shares, each sample once.`,
        {
          hint: `--mix ${defaultMix}`,
        },
      );
    }
    mix.set(name, weight);
  }
  return mix;
}

/** Returns the names of the samples whose orders do not wait for a review. */
export function loadableSamples(): string[] {
  return Object.entries(samples).flatMap(([name, order]) => (waitsForReview(order) ? [] : [name]));
}

/** Distributes `count` orders over the samples, as close to their shares as whole orders allow. */
export function apportion(mix: Mix, count: number): Map<string, number> {
  const total = [...mix.values()].reduce((sum, share) => sum + share, 0);
  const portions = [...mix].map(([sample, share]) => {
    const exact = (share / total) * count;
    return { sample, whole: Math.floor(exact), remainder: exact - Math.floor(exact) };
  });
  let left = count - portions.reduce((sum, { whole }) => sum + whole, 0);
  for (const portion of portions.toSorted((a, b) => b.remainder - a.remainder)) {
    if (left === 0) break;
    portion.whole += 1;
    left -= 1;
  }
  return new Map(portions.flatMap(({ sample, whole }) => (whole > 0 ? [[sample, whole]] : [])));
}
