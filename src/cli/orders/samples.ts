/** The sample orders and their descriptions. */
import { type Order, toDecimal, totalMinor } from '../../../functions/contract/order.ts';
import { findSample, samples } from '../../../functions/contract/samples.ts';
import {
  sampleName,
  type TriggerBehavior,
  triggers,
} from '../../../functions/contract/triggers.ts';
import { closestMatch } from '../../did-you-mean.ts';
import { UserError } from '../../user-error.ts';
import { formatMoney } from '../../workflow/money.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';

export interface ListedSample {
  readonly name: string;
  readonly total: number;
  /** What happens to the order. */
  readonly effect: string;
}

const effects: {
  readonly [Kind in TriggerBehavior['kind']]: (
    behavior: Extract<TriggerBehavior, { kind: Kind }>,
    stage: string,
  ) => string;
} = {
  reject: ({ message }, stage) => `${stage} rejects it: ${message}`,
  transient: ({ times }, stage) => `${stage} fails ${times} times, then succeeds`,
  error: (_, stage) => `${stage} fails on every attempt`,
  review: ({ score }, stage) => `${stage} returns the score ${score}: it waits for a review`,
};

/** Returns all samples with their totals and effects. */
export function listSamples(): ListedSample[] {
  return Object.entries(samples).map(([name, order]) => ({
    name,
    total: toDecimal(totalMinor(order)),
    effect: describeEffect(name, order),
  }));
}

/** Returns the order of a sample. Throws UserError if there is none. */
export function findSampleOrder(name: string): Order {
  const order = findSample(name);
  if (order) return order;
  const meant = closestMatch(name, Object.keys(samples));
  throw new UserError(`There is no sample "${name}".`, {
    hint: [...(meant ? [`did you mean: ${meant}`] : []), 'orders sample list'],
    exit: 5,
    code: 'NotFound',
  });
}

function describeEffect(name: string, order: Order): string {
  const trigger = triggers.find(({ value }) => sampleName(value) === name);
  if (trigger) {
    const describe = effects[trigger.behavior.kind] as (
      behavior: TriggerBehavior,
      stage: string,
    ) => string;
    return describe(trigger.behavior, trigger.stage);
  }
  return order.items.length === 0 ? 'validate-order rejects it: it has no items' : 'completes';
}

const columns: readonly Column<ListedSample>[] = [
  { title: 'SAMPLE', text: ({ name }) => name },
  { title: 'TOTAL', text: ({ total }) => formatMoney(total), align: 'right', dropPriority: 1 },
  { title: 'EFFECT', text: ({ effect }) => effect, minWidth: 20 },
];

/** Returns the samples as a table. */
export function formatSamples(listed: readonly ListedSample[], options: TableOptions): string {
  return formatTable(listed, columns, options);
}
