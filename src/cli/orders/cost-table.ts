/** Output of `orders cost`. */
import type { Cost, CostLine } from '../../orders/cost/cost.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';

const plain = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });
const dollars = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
});

const columns: readonly Column<CostLine>[] = [
  { title: 'PER ORDER', text: ({ what }) => what, minWidth: 20 },
  { title: 'MEASURED', text: ({ quantity }) => plain.format(quantity), align: 'right' },
  {
    title: 'ORIGINAL',
    text: ({ original }) => (original === undefined ? '' : plain.format(original)),
    align: 'right',
    dropPriority: 1,
  },
  {
    title: 'PER MILLION',
    text: ({ perMillion }) => (perMillion === undefined ? '' : dollars.format(perMillion)),
    align: 'right',
  },
];

/** Returns the cost table, the total, the reasons for values above the original sample's, and the date of the prices. */
export function formatCost(cost: Cost, sample: string, options: TableOptions): string {
  const { perMillion, simulatedPerMillion, pricesAsOf, lines } = cost;
  const more = lines.filter(
    ({ quantity, original, because }) =>
      because !== undefined && original !== undefined && quantity > original,
  );
  const perOrder = perMillion / 1e6;
  return [
    formatTable(lines, columns, { ...options, header: true }),
    `\n${dollars.format(perMillion)} per million "${sample}" orders ($${perOrder.toFixed(6)} per order), ` +
      `${dollars.format(perMillion - simulatedPerMillion)} without the simulated services.\n`,
    ...more.map(({ what, because }) => `${what}: ${because}\n`),
    `Prices for us-east-2 as of ${pricesAsOf}, excluding free tiers, traces and alarms.\n`,
  ].join('');
}
