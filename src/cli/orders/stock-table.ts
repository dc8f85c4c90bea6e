import type { ProductStock } from '../../orders/tables/products-table.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';

const columns: readonly Column<ProductStock>[] = [
  { title: 'PRODUCT', text: ({ productId }) => productId, minWidth: 12 },
  { title: 'AVAILABLE', text: ({ available }) => String(available), align: 'right' },
  { title: 'RESERVED', text: ({ reserved }) => String(reserved), align: 'right', dropPriority: 1 },
  { title: 'SOLD', text: ({ sold }) => String(sold), align: 'right', dropPriority: 2 },
];

/** Returns the stock of products as a table. */
export function formatStock(stock: readonly ProductStock[], options: TableOptions): string {
  return formatTable(stock, columns, options);
}

/** Returns the stock of one product as one line. */
export function formatStockLine({ productId, available, reserved, sold }: ProductStock): string {
  return `${productId}: ${available} available, ${reserved} reserved, ${sold} sold`;
}
