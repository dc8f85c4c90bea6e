import type { Checkout } from './checkout.ts';
import type { Measurement, Part } from './measurement.ts';
import type { Sizes } from './options.ts';
import { type Bench, createBenchProject } from './project.ts';
import { sendQuery } from './query-request.ts';
import { median } from './statistics.ts';

/** Fewer pairs show no spread. */
const minPairs = 3;

export interface Comparison {
  readonly parts: readonly (readonly [name: string, part: Part])[];
  readonly pairs: number;
  readonly sizes: Sizes;
}

/** The measurements of one pair; this checkout comes first. */
type Pair = readonly [readonly Measurement[], readonly Measurement[]];

/**
 * Measures two checkouts in turn and prints, for each measurement, both medians and the ratio of the first to the second. The order
 * alternates from pair to pair, so that a drift of the machine affects both equally. Only the measured checkout has a runtime.
 */
export async function compare(
  checkouts: readonly [Checkout, Checkout],
  { parts, pairs, sizes }: Comparison,
): Promise<void> {
  const benches = [await open(checkouts[0]), await open(checkouts[1])] as const;
  console.log(
    `ratio: ${checkouts[0].label} / ${checkouts[1].label}, median of ${pairs} pairs (minimum to maximum)`,
  );
  for (const [name, part] of parts) {
    const missing = benches.flatMap((bench) => {
      const text = part.findMissing?.(bench);
      return text ? `${bench.label}: ${text}` : [];
    });
    console.log(`\n${name}`);
    if (missing.length > 0) console.log(`  not compared: ${missing.join('; ')}`);
    else {
      const measurePart = (bench: Bench) => part.measure(bench, sizes);
      printPairs(checkouts, await measurePairs(benches, measurePart, { name, pairs }));
    }
  }
}

/** Creates the project of a checkout, prints how its runtime treats requests, and stops the runtime. */
async function open(checkout: Checkout): Promise<Bench> {
  const bench = createBenchProject(checkout);
  const { enforceIam } = bench.status();
  const form = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
  const { status } = await sendQuery(bench, { service: 'sts', form, secretAccessKey: 'wrong' });
  const signatures = status === 403 ? 'signatures verified' : 'signatures not verified';
  const policies = enforceIam ? 'policies enforced' : 'policies not enforced';
  console.log(`${checkout.label}: ${signatures}, ${policies}`);
  bench.stop();
  return bench;
}

/** Measures a part of two checkouts `pairs` times: first second, second first, and so on. */
export async function measurePairs<B extends Pick<Bench, 'label' | 'start' | 'stop'>>(
  benches: readonly [B, B],
  measurePart: (bench: B) => Promise<readonly Measurement[]>,
  { name, pairs }: { readonly name: string; readonly pairs: number },
): Promise<Pair[]> {
  const measure = async (bench: B, pair: number) => {
    console.error(`${name}, pair ${pair + 1} of ${pairs}: ${bench.label}`);
    bench.start();
    const measurements = await measurePart(bench);
    bench.stop();
    return measurements;
  };
  const [first, second] = benches;
  const results: Pair[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) results.push([await measure(first, pair), await measure(second, pair)]);
    else {
      const ofSecond = await measure(second, pair);
      results.push([await measure(first, pair), ofSecond]);
    }
  }
  return results;
}

function printPairs(checkouts: readonly [Checkout, Checkout], pairs: readonly Pair[]): void {
  const [{ label: first }, { label: second }] = checkouts;
  const rows = summarizePairs(pairs);
  const width = Math.max(...rows.map(({ name }) => name.length));
  const columns = [first, second].map((label) => Math.max(label.length, 9));
  const [firstWidth = 0, secondWidth = 0] = columns;
  console.log(
    `  ${''.padEnd(width)}  ${first.padStart(firstWidth)}  ${second.padStart(secondWidth)}  ratio`,
  );
  for (const { name, medians, ratio, verdict } of rows) {
    const values = [
      name.padEnd(width),
      medians[0].toFixed(2).padStart(firstWidth),
      medians[1].toFixed(2).padStart(secondWidth),
      `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`,
      verdict,
    ];
    console.log(`  ${values.join('  ')}`.trimEnd());
  }
}

export interface Row {
  readonly name: string;
  readonly medians: readonly [number, number];
  /** Ratios of the pairs: first to second checkout. */
  readonly ratio: { readonly median: number; readonly min: number; readonly max: number };
  /** Result if all pairs agree; empty with fewer than three pairs. */
  readonly verdict: 'better' | 'worse' | 'unclear' | '';
}

/** Returns a row for each measurement of the first pair. Throws if another pair lacks the measurement. */
export function summarizePairs(pairs: readonly Pair[]): Row[] {
  return (pairs[0]?.[0] ?? []).map(({ name, better }) => {
    const values = pairs.map((pair) => pair.map((all) => findValue(all, name)));
    const firsts = values.map(([first = Number.NaN]) => first);
    const seconds = values.map(([, second = Number.NaN]) => second);
    const ratios = firsts.map((first, index) => first / (seconds[index] ?? Number.NaN));
    const ratio = { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
    return {
      name,
      medians: [median(firsts), median(seconds)],
      ratio,
      verdict: pairs.length < minPairs ? '' : judge(ratio, better),
    };
  });
}

function judge({ min, max }: Row['ratio'], better: Measurement['better']): Row['verdict'] {
  if (min > 1) return better === 'higher' ? 'better' : 'worse';
  if (max < 1) return better === 'lower' ? 'better' : 'worse';
  return 'unclear';
}

function findValue(measurements: readonly Measurement[], name: string): number {
  const found = measurements.find((measurement) => measurement.name === name);
  if (!found) throw new Error(`a pair has no measurement "${name}"`);
  return found.value;
}
