import { expect, it } from 'vitest';
import { checkAlarms, findInAlarm, readAlarmStates } from '../../../src/deploy/canary/alarms.ts';
import { fakeAws, fakeTarget } from '../../aws/fake-aws.ts';

const member = (name: string, state: string) =>
  `<member><AlarmName>${name}</AlarmName><StateValue>${state}</StateValue></member>`;

const resources = `<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <ListStackResourcesResult><StackResourceSummaries><member>
    <LogicalResourceId>ApiErrorsAlarm</LogicalResourceId><PhysicalResourceId>orders-ApiErrorsAlarm-1X</PhysicalResourceId>
    <ResourceType>AWS::CloudWatch::Alarm</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus>
    <LastUpdatedTimestamp>2026-11-29T00:00:00Z</LastUpdatedTimestamp>
  </member></StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`;

async function startAlarms(states: string, status = 200) {
  const aws = await fakeAws(({ name }) =>
    name === 'Action ListStackResources'
      ? { body: resources }
      : { status, body: `<R><MetricAlarms>${states}</MetricAlarms></R>` },
  );
  return Object.assign(aws, { target: fakeTarget(aws.url, '/nowhere') });
}

it('finds alarms by their logical ids and names, and asks CloudWatch for their states', async () => {
  using aws = await startAlarms(member('orders-ApiErrorsAlarm-1X', 'OK') + member('a&amp;b', 'OK'));
  expect(await checkAlarms(aws.target, ['ApiErrorsAlarm', 'a&b'])).toEqual([
    'orders-ApiErrorsAlarm-1X',
    'a&b',
  ]);
  const form = new URLSearchParams(aws.calls.at(-1)?.body);
  expect([form.get('AlarmNames.member.1'), form.get('AlarmNames.member.2')]).toEqual([
    'orders-ApiErrorsAlarm-1X',
    'a&b',
  ]);
});

it('names an alarm that does not exist, with the alarms of the template', async () => {
  using aws = await startAlarms(member('orders-ApiErrorsAlarm-1X', 'OK'));
  await expect(checkAlarms(aws.target, ['ApiErrorsAlarm', 'other'])).rejects.toMatchObject({
    message: 'There is no alarm "other".',
    hints: ['alarms of the template: ApiErrorsAlarm'],
  });
});

it('refuses an alarm that is in alarm before the canary starts; missing data is not an alarm', async () => {
  using aws = await startAlarms(member('x', 'ALARM') + member('y', 'INSUFFICIENT_DATA'));
  await expect(checkAlarms(aws.target, ['x'])).rejects.toMatchObject({ code: 'InAlarm', exit: 6 });
  expect(findInAlarm(await readAlarmStates(aws.target, ['x', 'y']))).toEqual(['x']);
});

it('reports that CloudWatch refuses, with the permission', async () => {
  using aws = await startAlarms('<Message>not authorized</Message>', 403);
  await expect(readAlarmStates(aws.target, ['x'])).rejects.toMatchObject({
    message: 'The alarms cannot be read: not authorized',
    hints: expect.arrayContaining(['the permission is cloudwatch:DescribeAlarms']),
  });
});
