import { Flags } from '@oclif/core';
import { orderStatuses } from './order-statuses.ts';

/** Returns the flag `--status`, which selects orders by one or more statuses. */
export const statusFlag = () =>
  Flags.string({
    description: 'only orders with this status (comma-separated)',
    helpValue: '<status>',
    options: [...orderStatuses],
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
  });
