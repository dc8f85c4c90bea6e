import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inventorySchema } from '../../src/cli/schemas/inventory.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { startForTest } from '../support/start-for-test.ts';

/** The load of a sale: orders per second, orders, and the units of each of the products. */
const sale = { rate: 45, orders: 450, units: 100 };
const products = ['SALE-1', 'SALE-2', 'SALE-3'];

let project: Project;
beforeAll(async () => {
  project = await createDeployedProject('--enforce-quotas', '--time-scale', '240');
});
afterAll(() => project.close());

// The short run sells the last units of one product, in another journey.
it.runIf(full)(
  `sells every unit of three products to ${sale.orders} orders, with the conflicts of AWS`,
  async () => {
    for (const product of products) {
      await project.orders('inventory', 'set', product, String(sale.units), '--create');
    }
    const orders = Array.from({ length: sale.orders }, (_, index) => ({
      customerId: `C-${index}`,
      customerEmail: 'c@example.com',
      items: [{ productId: products[index % 3], name: 'Offer', quantity: 1, price: 10 }],
    }));
    writeFileSync(join(project.root, 'sale.json'), JSON.stringify(orders));
    const size = ['--count', String(sale.orders), '--rate', String(sale.rate)];
    // The checks of the load test expect that every order completes, so they fail.
    const load = startForTest(project, 'load-test', '--file', 'sale.json', ...size);
    load.stdout?.resume();
    load.stderr?.resume();
    await once(load, 'exit');
    const stock = v.parse(inventorySchema, await project.runJson('inventory', 'list'));
    expect(stock).toEqual(
      products.map((productId) => ({ productId, available: 0, reserved: 0, sold: sale.units })),
    );
    const ended = await project.runJson('list', '--all');
    const failed = ended.filter(({ status }: { status: string }) => status !== 'completed');
    expect(ended.length - failed.length).toBe(3 * sale.units);
    expect([
      ...new Set(failed.map((order: { failure: { code: string } }) => order.failure.code)),
    ]).toEqual(['out-of-stock']);
    expect(await project.orders('list', '--verify')).toMatchObject({ code: 0 });
  },
);
