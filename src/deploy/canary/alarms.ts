/** Reads the states of CloudWatch alarms. One request of one command does not justify an SDK client. */
import { cloudWatchHost } from '../../aws/request-target.ts';
import { signedFetch } from '../../aws/signed-fetch.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { listStackResources } from '../stack-resources.ts';

/**
 * Returns the CloudWatch names of alarms that are named by their name or by their logical id in the template. Throws UserError if one
 * does not exist, or is in alarm before the canary starts.
 */
export async function checkAlarms(target: Target, named: readonly string[]): Promise<string[]> {
  if (named.length === 0) return [];
  const { stack } = target.environment;
  const ids = new Map(
    (await listStackResources(target, stack))
      .filter(({ ResourceType }) => ResourceType === 'AWS::CloudWatch::Alarm')
      .map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ]),
  );
  const names = named.map((name) => ids.get(name) ?? name);
  const states = await readAlarmStates(target, names);
  const missing = named.find((_, index) => !states.has(names[index] ?? ''));
  if (missing !== undefined) {
    throw new UserError(`There is no alarm "${missing}".`, {
      hint: [`alarms of the template: ${[...ids.keys()].join(', ') || 'none'}`],
      exit: 5,
      code: 'NoSuchAlarm',
    });
  }
  const [inAlarm] = findInAlarm(states);
  if (inAlarm === undefined) return names;
  throw new UserError(`The alarm ${inAlarm} is in alarm before the canary starts.`, {
    hint: ['wait until it is OK, or start the canary without it'],
    exit: 6,
    code: 'InAlarm',
  });
}

/** Returns the alarms whose state is ALARM. Missing data is no alarm. */
export function findInAlarm(states: ReadonlyMap<string, string>): string[] {
  return [...states].filter(([, state]) => state === 'ALARM').map(([name]) => name);
}

/**
 * Returns the states (OK, ALARM, INSUFFICIENT_DATA) of alarms by name, without alarms that do not exist. Throws UserError if
 * CloudWatch refuses. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
export async function readAlarmStates(
  target: Target,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const form = new URLSearchParams({
    Action: 'DescribeAlarms',
    Version: '2010-08-01',
    MaxRecords: '100',
  });
  for (const [index, name] of names.entries()) form.set(`AlarmNames.member.${index + 1}`, name);
  const url = target.endpoint ?? `https://${cloudWatchHost(target.environment.region)}/`;
  const response = await signedFetch(target, url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    service: 'monitoring',
  });
  const text = await response.text();
  if (!response.ok) {
    const reason = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? `HTTP ${response.status}`;
    throw new UserError(`The alarms cannot be read: ${decode(reason)}`, {
      hint: ['the permission is cloudwatch:DescribeAlarms', 'or leave out --canary-alarm'],
      exit: 7,
      code: 'AlarmsUnreadable',
    });
  }
  const members = text.split('<member>').slice(1);
  return new Map(
    members.flatMap((member) => {
      const name = /<AlarmName>([^<]*)<\/AlarmName>/.exec(member)?.[1];
      const state = /<StateValue>([^<]*)<\/StateValue>/.exec(member)?.[1];
      return name === undefined || state === undefined ? [] : [[decode(name), state] as const];
    }),
  );
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

const decode = (text: string) =>
  text.replaceAll(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? entity);
