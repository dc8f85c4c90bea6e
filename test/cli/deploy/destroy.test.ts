import { expect, it } from 'vitest';
import {
  confirmDestroy,
  describeInventory,
  describeLeftovers,
} from '../../../src/cli/deploy/destroy.ts';
import type { Inventory } from '../../../src/deploy/inventory.ts';
import { fakeTarget } from '../../aws/fake-aws.ts';

const resource = (kind: string, physicalId: string) => ({
  kind,
  type: 'T',
  logicalId: physicalId,
  physicalId,
});
const inventory = (running: number): Inventory => ({
  stack: 'orders-dev',
  stackId: 'id',
  status: 'CREATE_COMPLETE',
  outputs: {},
  deleted: [
    resource('function', 'orders-dev-workflow'),
    resource('function alias', 'arn:aws:lambda:us-east-2:000000000000:function:orders-dev:live'),
    resource('function', 'orders-dev-status'),
  ],
  kept: [resource('table', 'orders-dev-OrdersTable-X')],
  orders: 1204,
  running: Array.from({ length: running }, (_, n) => ({
    orderId: `order-${n}`,
    arn: String(n),
    status: 'RUNNING' as const,
  })),
  terminationProtection: false,
});
const none = {
  confirm: undefined,
  yes: false,
  running: undefined,
  force: false,
  'no-input': true,
} as const;
const environment = { name: 'dev', region: 'us-east-2', stack: 'orders-dev' };
const target = fakeTarget('http://127.0.0.1:1', '/nowhere', { environment });
const guarded = { ...target, environment: { ...environment, protected: true } };

it('groups deleted and retained resources by kind and shortens ARNs', () => {
  expect(describeInventory(inventory(14), { label: 'dev (us-east-2)' }, {})).toBe(
    `This deletes the stack orders-dev in dev (us-east-2):
  2 functions       orders-dev-workflow
                    orders-dev-status
  1 function alias  orders-dev:live
The template retains:
  1 table  orders-dev-OrdersTable-X
  about 1204 orders, 14 running
`,
  );
});

it('shows the names below their kind in a narrow terminal', () => {
  const text = describeInventory(inventory(0), { label: 'dev' }, { columns: 30 });
  expect(text).toContain('  2 functions\n    orders-dev-workflow\n    orders-dev-status\n');
});

it('lists each removal command once', () => {
  const remains = ['a', 'b'].map((name) => ({ kind: 'table', name, remove: 'orders local reset' }));
  const text = describeLeftovers({ remains } as never);
  expect(text.match(/orders local reset/g)).toHaveLength(1);
  expect(text).toContain('  table a\n  table b\n');
});

it('requires the name of the environment, or --yes if it is not protected', async () => {
  await confirmDestroy(target, inventory(0), { ...none, confirm: 'dev' });
  await confirmDestroy(target, inventory(0), { ...none, yes: true });
  await confirmDestroy(guarded, inventory(0), { ...none, confirm: 'dev' });
  const refused = { exit: 4, code: 'NeedsConfirmation' };
  await expect(confirmDestroy(target, inventory(0), none)).rejects.toMatchObject({
    ...refused,
    hints: ['--confirm dev', 'or --yes'],
  });
  await expect(confirmDestroy(guarded, inventory(0), { ...none, yes: true })).rejects.toMatchObject(
    { ...refused, hints: ['--confirm dev'] },
  );
  await expect(
    confirmDestroy(target, inventory(0), { ...none, yes: true, confirm: 'prod' }),
  ).rejects.toMatchObject(refused);
});

it('refuses while orders are running, with their number, unless a flag ends them', async () => {
  await confirmDestroy(target, inventory(3), { ...none, yes: true, running: 'cancel' });
  for (const running of ['abort', undefined] as const) {
    await expect(
      confirmDestroy(target, inventory(3), { ...none, yes: true, running }),
    ).rejects.toMatchObject({
      message: '3 orders are still running in dev; nothing was changed.',
      exit: 6,
      hints: ['--running cancel', 'orders list --running'],
    });
  }
});
