import { toDecimal } from '../../contract/order.ts';
import type { Metrics, OrderMetric } from '../ports.ts';

const namespace = 'Orders';

const names: Readonly<Record<OrderMetric['event'], string>> = {
  accepted: 'OrdersAccepted',
  'review-requested': 'OrdersParked',
  completed: 'OrdersCompleted',
  failed: 'OrdersFailed',
  cancelled: 'OrdersCancelled',
};

/**
 * Business metrics as log lines that CloudWatch converts to metrics, so nothing is called and nothing waits. Written to
 * stdout directly, because the JSON format of `console` would wrap them. An interrupted attempt may count twice.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const embeddedMetrics: Metrics = {
  count({ orderId, totalMinor }, metric) {
    const stack = process.env['STACK_NAME'];
    if (!stack) return;
    const name = names[metric.event];
    const code = metric.event === 'failed' ? metric.code : undefined;
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
