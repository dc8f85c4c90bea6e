/** Output of `orders cost`. */
import type { Cost, CostLine } from '../../orders/cost/cost.ts';
import { applyStyle } from '../terminal/output-guard.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import { wrapWords } from '../terminal/wrap.ts';

const plain = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });
const dollars = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
});

const columns: readonly Column<CostLine>[] = [
  { title: 'PER ORDER', text: ({ what }) => what, minWidth: 20 },
  {
    title: 'MEASURED',
    text: ({ quantity }) => plain.format(quantity),
    align: 'right',
    style: comparisonStyle,
  },
  { title: '', text: comparisonSign, style: comparisonStyle },
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

/** Returns whether the measured value is above (1), equal to (0) or below (-1) the original's. */
function compare({ quantity, original = quantity }: CostLine): number {
  return Math.sign(quantity - original);
}

function comparisonSign(line: CostLine): string {
  return { '1': '↑', '-1': '↓' }[String(compare(line))] ?? '';
}

function comparisonStyle(line: CostLine): 'yellow' | 'green' | undefined {
  return ({ '1': 'yellow', '-1': 'green' } as const)[String(compare(line))];
}

/** Returns the cost table, the total, the reasons for values above the original sample's, and the date of the prices. */
export function formatCost(cost: Cost, sample: string, options: TableOptions): string {
  const { perMillion, simulatedPerMillion, pricesAsOf, lines } = cost;
  const more = lines.filter(
    ({ quantity, original, because }) =>
      because !== undefined && original !== undefined && quantity > original,
  );
  const perOrder = perMillion / 1e6;
  const { stream, width = Number.POSITIVE_INFINITY } = options;
  const total = dollars.format(perMillion);
  const sums =
    `${total} per million "${sample}" orders ($${perOrder.toFixed(6)} per order), ` +
    `${dollars.format(perMillion - simulatedPerMillion)} without the simulated services.`;
  const source = `Prices for us-east-2 as of ${pricesAsOf}, excluding free tiers, traces and alarms.`;
  const [first = '', ...others] = wrapWords(sums, width);
  return [
    formatTable(lines, columns, { ...options, header: true }),
    `\n${applyStyle('bold', total, stream)}${first.slice(total.length)}\n`,
    ...others.map((line) => `${line}\n`),
    ...more.map(({ what, because = '' }) => {
      const [start = '', ...rest] = wrapWords(`↑ ${what}: ${because}`, width - 2);
      const name = `↑ ${what}`.slice(0, start.length);
      const line = `${applyStyle('yellow', name, stream)}${start.slice(name.length)}`;
      return [line, ...rest.map((text) => `  ${text}`)].map((text) => `${text}\n`).join('');
    }),
    ...wrapWords(source, width).map((line) => `${dim(line, stream)}\n`),
  ].join('');
}
