import { expect, it } from 'vitest';
import type { Stack } from '../../../src/environment/stack.ts';
import { buildLinks, selectLink } from '../../../src/orders/lookup/links.ts';
import { fakeTarget } from '../../aws/fake-aws.ts';

const outputs = {
  OrderApiEndpoint: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod',
  OrderProcessingLogGroup: '/aws/lambda/orders-workflow',
  OrdersTableName: 'orders-OrdersTable-1',
};
const local = fakeTarget('http://127.0.0.1:4510', '/project');
const { endpoint: _, ...aws } = {
  ...local,
  environment: { ...local.environment, name: 'dev', region: 'eu-west-1', stack: 'orders-dev' },
};
const order = {
  orderId: 'order-7f3a',
  executionArn:
    'arn:aws:lambda:eu-west-1:123456789012:function:orders-workflow:3/durable-execution/order-7f3a/0f1e',
};
const linksOf = (stack: Stack, linked?: typeof order) =>
  Object.fromEntries(buildLinks(stack, linked).map(({ page, url }) => [page, url]));

it('links an order on AWS to its execution, its log lines, the table and the dashboard', () => {
  const host = 'https://eu-west-1.console.aws.amazon.com';
  expect(linksOf({ target: aws, outputs }, order)).toEqual({
    api: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod/orders/order-7f3a',
    execution: `${host}/lambda/home?region=eu-west-1#/functions/orders-workflow/versions/3/executions/order-7f3a/0f1e`,
    logs: `${host}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Forders-workflow/log-events$3FfilterPattern$3D$2522order-7f3a$2522`,
    table: `${host}/dynamodbv2/home?region=eu-west-1#table?name=orders-OrdersTable-1`,
    dashboard: `${host}/cloudwatch/home?region=eu-west-1#dashboards/dashboard/orders-dev`,
    stack: `${host}/cloudformation/home?region=eu-west-1#/stacks?filteringText=orders-dev`,
  });
});

it.each([
  ['cn-north-1', 'cn-north-1.console.amazonaws.cn'],
  ['us-gov-west-1', 'us-gov-west-1.console.amazonaws-us-gov.com'],
])('uses the console of the partition of %s', (region, host) => {
  const target = { ...aws, environment: { ...aws.environment, region } };
  expect(linksOf({ target, outputs })['dashboard']).toContain(`https://${host}/`);
});

it('links only the API of an environment without a console', () => {
  expect(linksOf({ target: local, outputs }, order)).toEqual({
    api: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod/orders/order-7f3a',
  });
});

it('refuses a page that there is not, and names the others', () => {
  const links = buildLinks({ target: aws, outputs });
  expect(() => selectLink(links, 'execution')).toThrow('--page execution needs an order.');
  const few = buildLinks({ target: local, outputs });
  expect(() => selectLink(few, 'logs')).toThrow('This environment has no page "logs".');
});
