import type { Stock } from '../../orders/actions/inventory.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';

const columns: readonly Column<Stock>[] = [
  { title: 'PRODUCT', text: ({ productId }) => productId, least: 12 },
  { title: 'AVAILABLE', text: ({ available }) => String(available), align: 'right' },
  { title: 'RESERVED', text: ({ reserved }) => String(reserved), align: 'right', leave: 1 },
  { title: 'SOLD', text: ({ sold }) => String(sold), align: 'right', leave: 2 },
];

/** Stock as a table, one product a line. */
export function formatStock(stock: readonly Stock[], options: TableOptions): string {
  return formatTable(stock, columns, options);
}

/** One product's stock as a sentence. */
export function stockText({ productId, available, reserved, sold }: Stock): string {
  return `${productId}: ${available} available, ${reserved} reserved, ${sold} sold`;
}
