/** How `orders cost` shows what an order takes and costs. */
import type { Cost, CostLine } from '../../orders/cost/cost.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';

const plain = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });
const dollars = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
});

const columns: readonly Column<CostLine>[] = [
  { title: 'OF ONE ORDER', text: ({ what }) => what, least: 20 },
  { title: 'HERE', text: ({ quantity }) => plain.format(quantity), align: 'right' },
  {
    title: 'ORIGINAL',
    text: ({ original }) => (original === undefined ? '' : plain.format(original)),
    align: 'right',
    leave: 1,
  },
  {
    title: 'A MILLION',
    text: ({ perMillion }) => (perMillion === undefined ? '' : dollars.format(perMillion)),
    align: 'right',
  },
];

/** The lines as a table, with the sum, what is more than the original's and why, and whose prices they are. */
export function formatCost(cost: Cost, sample: string, options: TableOptions): string {
  const { perMillion, simulatedPerMillion, pricesAsOf, lines } = cost;
  const more = lines.filter(
    ({ quantity, original, because }) =>
      because !== undefined && original !== undefined && quantity > original,
  );
  const sum = perMillion / 1e6;
  return [
    formatTable(lines, columns, { ...options, header: true }),
    `\n${dollars.format(perMillion)} for a million orders like "${sample}", ${sum.toFixed(6)} dollars each; ` +
      `without the simulated services ${dollars.format(perMillion - simulatedPerMillion)}.\n`,
    ...more.map(({ what, because }) => `${what}: ${because}\n`),
    `Prices of us-east-2 on ${pricesAsOf}, without free tiers; traces and alarms are not in it.\n`,
  ].join('');
}
