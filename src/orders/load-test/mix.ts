/** What kinds of orders a load test is made of. */
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { UserError } from '../../user-error.ts';
import { waitsForReview } from './expected-outcome.ts';

/** Sample name -> its share, in any unit. */
export type Mix = ReadonlyMap<string, number>;

/** The original's three good orders. */
export const defaultMix = 'low=60,high=20,multi=20';

/** Reads `low=70,high=20,multi=10`; a sample without a share has one of 1. */
export function parseMix(text: string): Mix {
  const mix = new Map<string, number>();
  for (const part of text.split(',')) {
    const [name = '', share = '1', ...rest] = part.trim().split('=');
    if (!Object.hasOwn(samples, name)) {
      throw new UserError(`--mix: there is no sample "${name}".`, {
        hint: `samples: ${loadableSamples().join(', ')}`,
      });
    }
    if (waitsForReview(samples[name] as Order)) {
      throw new UserError(`--mix: an order of the sample "${name}" waits for a person's review.`, {
        hint: `--mix ${defaultMix}`,
      });
    }
    const weight = Number(share);
    if (rest.length > 0 || share.trim() === '' || !(weight > 0 && weight < 1e9) || mix.has(name)) {
      throw new UserError(
        `--mix "${text}" is not a list of samples with their shares, each once.`,
        {
          hint: `--mix ${defaultMix}`,
        },
      );
    }
    mix.set(name, weight);
  }
  return mix;
}

/** The samples that a load test can be made of: their orders need nobody to go on. */
export function loadableSamples(): string[] {
  return Object.entries(samples).flatMap(([name, order]) => (waitsForReview(order) ? [] : [name]));
}

/** How many orders of each sample `count` orders are, to the share as near as whole orders can be. */
export function apportion(mix: Mix, count: number): Map<string, number> {
  const all = [...mix.values()].reduce((sum, share) => sum + share, 0);
  const parts = [...mix].map(([sample, share]) => {
    const exact = (share / all) * count;
    return { sample, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let left = count - parts.reduce((sum, { whole }) => sum + whole, 0);
  for (const part of parts.toSorted((a, b) => b.rest - a.rest)) {
    if (left === 0) break;
    part.whole += 1;
    left -= 1;
  }
  return new Map(parts.flatMap(({ sample, whole }) => (whole > 0 ? [[sample, whole]] : [])));
}
