import { toDecimal } from '../../contract/order.ts';
import type { Counted, Metrics } from '../ports.ts';

const namespace = 'Orders';

const names: Readonly<Record<Counted['what'], string>> = {
  accepted: 'OrdersAccepted',
  parked: 'OrdersParked',
  completed: 'OrdersCompleted',
  failed: 'OrdersFailed',
  cancelled: 'OrdersCancelled',
};

/**
 * Business metrics as lines of the log that CloudWatch reads: nothing is called, nothing waits. Written past `console`,
 * whose JSON format would wrap them. An attempt that is interrupted after it told may tell twice.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const embeddedMetrics: Metrics = {
  count({ orderId, totalMinor }, counted) {
    const stack = process.env['STACK_NAME'];
    if (!stack) return;
    const name = names[counted.what];
    const code = counted.what === 'failed' ? counted.code : undefined;
    const line = {
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          {
            Namespace: namespace,
            Dimensions: [['Stack'], ...(code ? [['Stack', 'FailureCode']] : [])],
            Metrics: [
              { Name: name, Unit: 'Count' },
              { Name: `${name}Total`, Unit: 'None' },
            ],
          },
        ],
      },
      Stack: stack,
      ...(code ? { FailureCode: code } : {}),
      orderId,
      [name]: 1,
      [`${name}Total`]: toDecimal(totalMinor),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  },
};
